using System.Collections.Concurrent;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>
/// Tells waiting callers when their jobs change. One small statement every few milliseconds serves all callers. A waiting caller holds no thread
/// and no connection.
/// </summary>
internal sealed partial class JobWatcher : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Waiter, byte> waiters = new();
    private readonly SemaphoreSlim arrivals = new(0);
    private readonly IJobLedger ledger;
    private readonly LivePolicy policy;
    private readonly Drain drain;
    private readonly TimeProvider clock;
    private readonly ILogger<JobWatcher> log;

    public JobWatcher(IJobLedger ledger, LivePolicy policy, LimitRegistry registry, Drain drain, TimeProvider clock, ILogger<JobWatcher> log)
    {
        (this.ledger, this.policy, this.drain, this.clock, this.log) = (ledger, policy, drain, clock, log);
        registry.Watch(() => new LimitUsage("polls", "http", policy.Now.Http.Polls, waiters.Count));
    }

    /// <summary>Waits until the job's version differs from the given one, the job is gone, or the time is over.</summary>
    /// <returns>
    /// False if the job did not change in time. Returns false at once if the process stops or if the maximum of callers wait, because an early answer
    /// to a poll is valid.
    /// </returns>
    public Task<bool> WaitForChange(Job job, TimeSpan wait, CancellationToken token) =>
        Wait(new Waiter(new OwnedJob(job.Tenant, job.Id), job.Version), wait, token);

    /// <summary>Waits until the job has ended, whatever changes before.</summary>
    /// <inheritdoc cref="WaitForChange"/>
    public Task<bool> WaitForEnd(Job job, TimeSpan wait, CancellationToken token) =>
        Wait(new Waiter(new OwnedJob(job.Tenant, job.Id), null), wait, token);

    public override void Dispose()
    {
        arrivals.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (waiters.IsEmpty)
                    await arrivals.WaitAsync(stoppingToken);
                await Task.Delay(Interval, clock, stoppingToken);
                await Look(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> Wait(Waiter waiter, TimeSpan wait, CancellationToken token)
    {
        if (wait <= TimeSpan.Zero || waiters.Count >= policy.Now.Http.Polls)
            return false;
        waiters.TryAdd(waiter, 0);
        arrivals.Release();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, drain.Over);
        try
        {
            await waiter.Changed.Task.WaitAsync(wait, clock, stop.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            waiters.TryRemove(waiter, out _);
        }
    }

    private async Task Look(CancellationToken token)
    {
        var waiting = waiters.Keys;
        if (waiting.Count == 0)
            return;
        try
        {
            var versions = await ledger.Versions([.. waiting.Select(waiter => waiter.Job).Distinct()], token);
            foreach (var waiter in waiting)
            {
                if (!versions.TryGetValue(waiter.Job.Id, out var now) || now.Ended || (waiter.KnownVersion is { } known && known != now.Version))
                    waiter.Changed.TrySetResult();
            }
        }
        catch (Exception error) when (error is System.Data.Common.DbException or TimeoutException)
        {
            LogBlind(error.GetType().Name);
            await Task.Delay(TimeSpan.FromSeconds(1), clock, token);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting callers are not told of changes, because the ledger does not answer ({Error})")]
    private partial void LogBlind(string error);

    /// <param name="knownVersion">Null if the caller waits for the end only.</param>
    private sealed class Waiter(OwnedJob job, int? knownVersion)
    {
        public OwnedJob Job { get; } = job;
        public int? KnownVersion { get; } = knownVersion;
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
