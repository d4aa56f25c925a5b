using Navigator.Upstreams;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

public sealed class UpstreamFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    /// <summary>One after the other, each for some calls, so that some jobs are hit and others are not.</summary>
    private static readonly (string Upstream, Behaviour Behaviour)[] Faults =
    [
        ("answers", new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "411000", Times = 5 }),
        ("answers", new Behaviour { Fault = Fault.Status, Status = 500, Times = 9 }),
        ("answers", new Behaviour { Fault = Fault.Reset, Times = 9 }),
        ("answers", new Behaviour { Fault = Fault.BlackHole, Times = 5 }),
        ("answers", new Behaviour { LatencyMs = 1_500 }),
        ("answers", new Behaviour { Fault = Fault.SlowBody, Times = 5 }),
        ("answers", new Behaviour { Fault = Fault.Truncated, Times = 5 }),
        ("answers", new Behaviour { Fault = Fault.Huge, Times = 2 }),
        ("embeddings", new Behaviour { Fault = Fault.WrongDimensions, Times = 5 }),
        ("embeddings", new Behaviour { Fault = Fault.NotANumber, Times = 5 }),
        ("embeddings", new Behaviour { Fault = Fault.WrongCount, Times = 5 }),
        ("embeddings", new Behaviour { Fault = Fault.Shuffled }),
        ("embeddings", new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "411000", Times = 5 }),
        ("embeddings", new Behaviour { Fault = Fault.BlackHole, Times = 3 }),
    ];

    [FaultFact(longOnly: true)]
    public async Task The_models_do_everything_that_they_must_not() => await Run(
        async stage =>
        {
            foreach (var (upstream, behaviour) in Faults)
            {
                stage.System.Upstreams.Set(upstream, behaviour);
                await Task.Delay(Seconds(0.8, 8));
                stage.System.Upstreams.Set(upstream, new Behaviour { LatencyMs = 50 });
            }
        },
        // One worker, two tries.
        maxCalls: 2, settings: [("Concurrency__Upstreams__answers__Timeout", "2s"), ("Concurrency__Upstreams__embeddings__Timeout", "2s")]);
}
