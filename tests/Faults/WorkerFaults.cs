using Npgsql;
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
                stage.System.Workers[0] = stage.System.StartWorker(0, next);
            }
        },
        workerFailPoint: "after-claim:8");

    /// <summary>First with an answer that it is about to write, and that another worker has written when it wakes up.</summary>
    [FaultFact]
    public async Task A_worker_is_frozen_past_its_lease_and_wakes_up() => await Run(
        async stage =>
        {
            for (var i = 0; i < (Long ? 5 : 2); i++)
            {
                var worker = stage.System.Workers[i == 0 ? 0 : stage.Random.Next(2)];
                if (i == 0)
                    await worker.UntilFrozen();
                else
                    await worker.Signal("STOP");
                await Task.Delay(TimeSpan.FromSeconds(5));
                await worker.Signal("CONT");
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        },
        workerFailPoint: "after-upstream:8:freeze");

    /// <summary>
    /// Changes share a statement, which waits for a lock: then the process that sent it ends, or its connection does. What a process that is
    /// gone has sent, PostgreSQL may carry out all the same.
    /// </summary>
    [FaultFact]
    public async Task A_group_of_changes_is_half_way_when_its_process_or_its_connection_ends() => await Run(async stage =>
    {
        for (var round = 0; round < (Long ? 8 : 2); round++)
        {
            var burst = stage.Load.Burst(40);
            await Task.Delay(stage.Random.Next(50, 300));
            await using var holder = new NpgsqlConnection(stage.System.Database + ";Pooling=false");
            await holder.OpenAsync();
            await using var locked = await holder.BeginTransactionAsync();
            await using (var take = new NpgsqlCommand("LOCK TABLE chat_job IN SHARE ROW EXCLUSIVE MODE", holder, locked))
                await take.ExecuteNonQueryAsync();
            const string Waiting =
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%chat_job%'";
            // People ask all the while, so that sooner or later one does.
            await Eventually.Holds(async () => await stage.System.Count(Waiting) > 0, () => "No change waited for the lock.");
            if (round % 2 == 0)
            {
                var worker = stage.System.Workers[0];
                await worker.Kill();
                await locked.RollbackAsync();
                await worker.DisposeAsync();
                stage.System.Workers[0] = stage.System.StartWorker(0);
            }
            else
            {
                stage.System.DatabaseLine.Line = Line.Cut;
                await Task.Delay(300);
                await locked.RollbackAsync();
                stage.System.DatabaseLine.Line = Line.Open;
            }
            await burst;
        }
    });

    /// <summary>With two workers the other one's consumer takes every message, and none lies ready to tell.</summary>
    [FaultTheory(longOnly: true)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_consumer_vanishes_and_the_bus_is_not_told(int workers) => await Run(
        async stage =>
        {
            for (var i = 0; i < 300 && !stage.System.Workers[0].Output.Contains("of this process were restarted", StringComparison.Ordinal); i++)
                await Task.Delay(200);
            Assert.Contains("consumers of this process were restarted", stage.System.Workers[0].Output, StringComparison.Ordinal);
        },
        workers: workers, workerFailPoint: "consumer-lost:10");

    [FaultFact(longOnly: true)]
    public async Task A_worker_that_cannot_let_go_of_its_consumers_ends_and_is_started_again() => await Run(
        async stage =>
        {
            var worker = stage.System.Workers[0];
            // One word from the broker takes longer than the bus may; not so long that the line looks broken to those who watch it.
            stage.System.BrokerLine.Latency = TimeSpan.FromMilliseconds(75);
            Assert.Equal(1, await worker.Exit());
            Assert.Contains("The process ends, so that its supervisor restarts it", worker.Output, StringComparison.Ordinal);
            stage.System.BrokerLine.Latency = TimeSpan.Zero;
            await stage.System.UntilRunning();
        },
        workers: 1, workerFailPoint: "consumer-lost:10", settings: [("Concurrency__Watch__Stop", "100ms"), ("Concurrency__Job__Lease", "15s")]);

    private static async Task Gone(NavigatorProcess process)
    {
        for (var i = 0; i < 600 && !process.HasExited; i++)
            await Task.Delay(100);
        Assert.True(process.HasExited, "The fail point was not reached.");
        await process.DisposeAsync();
    }
}
