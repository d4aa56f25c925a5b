using Navigator.Contracts;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Releases held questions as soon as their tenants have less under way than <see cref="FairShare"/> allows. Every process has a releaser.
/// Concurrent releasers release each job once. A releaser commits first and sends second. If it dies in between, the job is due and the sweeper
/// sends it.
/// </summary>
/// <param name="queues">Counts the workers; null if this process is the only one.</param>
internal sealed class Releaser(
    IJobLedger ledger, JobTransitions transitions, FairShare share, OldestJob oldest, LivePolicy policy, TimeProvider clock, ILogger<Releaser> log,
    QueueWatch? queues = null)
    : BackgroundService
{
    private bool holding;
    private int workers = 1;
    private long looked;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Admission.Release, "The releaser of held questions", Look, clock, log, stoppingToken);

    private async Task Look(CancellationToken token)
    {
        // While no question is held, the ledger is read at the sweeper's interval.
        if (!holding && clock.GetElapsedTime(looked) < policy.Now.Sweeper.Interval)
            return;
        looked = clock.GetTimestamp();
        await Release(token);
    }

    internal async Task Release(CancellationToken token)
    {
        // If the broker does not answer, the last number of workers stays.
        if (queues?.Latest is { } samples)
            workers = (int)samples.First(sample => sample.Queue == QueueNames.ComposeAnswer).Consumers;
        var loads = await ledger.Loads(token);
        share.Share(workers, loads.Select(load => load.Unfinished));
        oldest.Update(loads.Select(load => load.OldestAge).DefaultIfEmpty().Max());
        holding = loads.Any(load => load.Held > 0);
        if (loads.Any(load => load.Held > 0 && load.Unfinished - load.Held < share.Level))
            await transitions.SendReleased(await ledger.Release(share.Level, policy.Now.Job.EnqueueGrace, token));
    }
}
