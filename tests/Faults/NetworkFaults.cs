using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

/// <summary>Between the workers and what they need. The API's own lines stay whole, so every deadline is kept.</summary>
public sealed class NetworkFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    [FaultFact]
    public async Task The_line_to_the_broker_is_cut_and_then_silent() => await Run(stage => Break(stage.System.BrokerLine), shortDeadline: 4);

    [FaultFact(longOnly: true)]
    public async Task The_line_to_the_database_is_cut_and_then_silent() => await Run(stage => Break(stage.System.DatabaseLine), shortDeadline: 4);

    [FaultFact(longOnly: true)]
    public async Task Both_lines_are_slow() => await Run(
        async stage =>
        {
            stage.System.BrokerLine.Latency = stage.System.DatabaseLine.Latency = TimeSpan.FromMilliseconds(60);
            await Task.Delay(Seconds(3, 20));
            stage.System.BrokerLine.Latency = stage.System.DatabaseLine.Latency = TimeSpan.Zero;
        },
        maxCalls: 1, settings: [("Concurrency__Job__Lease", "15s")]);

    private static async Task Break(TcpProxy line)
    {
        foreach (var state in new[] { Line.Cut, Line.Silent })
        {
            line.Line = state;
            await Task.Delay(Seconds(4, 40));
            line.Line = Line.Open;
            await Task.Delay(Seconds(2, 10));
        }
    }
}
