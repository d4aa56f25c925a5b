using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

public sealed class WorkerFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    [FaultFact]
    public async Task Workers_are_killed_after_the_claim_after_the_models_answer_and_after_the_commit() => await Run(
        async stage =>
        {
            foreach (var next in new[] { "after-upstream:8", "after-commit:8", null })
            {
                await Gone(stage.System.Workers[0]);
                await Task.Delay(Seconds(0.5, 5));
                stage.System.Workers[0] = stage.System.StartWorker(next);
            }
        },
        workerFailPoint: "after-claim:8");

    [FaultFact]
    public async Task A_worker_is_frozen_past_its_lease_and_wakes_up() => await Run(async stage =>
    {
        for (var i = 0; i < (Long ? 5 : 2); i++)
        {
            var worker = stage.System.Workers[stage.Random.Next(2)];
            await worker.Signal("STOP");
            await Task.Delay(TimeSpan.FromSeconds(5));
            await worker.Signal("CONT");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    });

    [FaultFact(longOnly: true)]
    public async Task A_consumer_vanishes_and_the_bus_is_not_told() => await Run(
        async stage =>
        {
            for (var i = 0; i < 300 && !stage.System.Workers[0].Output.Contains("taken up anew", StringComparison.Ordinal); i++)
                await Task.Delay(200);
            Assert.Contains("taken up anew", stage.System.Workers[0].Output, StringComparison.Ordinal);
        },
        workers: 1, workerFailPoint: "consumer-lost:10");

    [FaultFact]
    public async Task A_worker_that_cannot_let_go_of_its_consumers_ends_and_is_started_again() => await Run(
        async stage =>
        {
            var worker = stage.System.Workers[0];
            // One word from the broker takes longer than the bus may; not so long that the line looks broken to those who watch it.
            stage.System.BrokerLine.Latency = TimeSpan.FromMilliseconds(75);
            Assert.Equal(1, await worker.Exit());
            Assert.Contains("it ends, so that another takes its place", worker.Output, StringComparison.Ordinal);
            stage.System.BrokerLine.Latency = TimeSpan.Zero;
            await stage.System.UntilRunning();
        },
        workers: 1, workerFailPoint: "consumer-lost:10", settings: [("Concurrency__Watch__StopMs", "100"), ("Concurrency__Job__LeaseMs", "15000")]);

    private static async Task Gone(NavigatorProcess process)
    {
        for (var i = 0; i < 600 && !process.HasExited; i++)
            await Task.Delay(100);
        Assert.True(process.HasExited, "The fail point was not reached.");
        await process.DisposeAsync();
    }
}
