using System.Collections.Concurrent;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>
/// Tells waiting callers when their job changes. However many wait, one small statement every few milliseconds asks for
/// all of them; none of them holds a thread or a connection.
/// </summary>
internal sealed partial class JobWatcher : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Waiter, byte> waiters = new();
    private readonly SemaphoreSlim somebodyWaits = new(0);
    private readonly IJobLedger ledger;
    private readonly LivePolicy policy;
    private readonly Drain drain;
    private readonly TimeProvider clock;
    private readonly ILogger<JobWatcher> log;

    public JobWatcher(IJobLedger ledger, LivePolicy policy, Bounds bounds, Drain drain, TimeProvider clock, ILogger<JobWatcher> log)
    {
        (this.ledger, this.policy, this.drain, this.clock, this.log) = (ledger, policy, drain, clock, log);
        bounds.Watch(() => new Bound("polls", "http", policy.Now.Http.Polls, waiters.Count));
    }

    /// <summary>Wait until the job's version is another than the one given, or it is gone, or the time is over.</summary>
    /// <returns>
    /// False when it did not change in time. Also at once when the process stops or as many callers wait as may: an early
    /// answer to a poll is a right one.
    /// </returns>
    public Task<bool> WaitForChange(Job job, TimeSpan wait, CancellationToken token) =>
        Wait(new Waiter(new OwnedJob(job.Tenant, job.Id), job.Version), wait, token);

    /// <summary>The same until it has ended, whatever changes before.</summary>
    /// <inheritdoc cref="WaitForChange"/>
    public Task<bool> WaitForEnd(Job job, TimeSpan wait, CancellationToken token) =>
        Wait(new Waiter(new OwnedJob(job.Tenant, job.Id), null), wait, token);

    public override void Dispose()
    {
        somebodyWaits.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (waiters.IsEmpty)
                    await somebodyWaits.WaitAsync(stoppingToken);
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
        somebodyWaits.Release();
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting callers cannot be told of changes: the ledger does not answer ({Error})")]
    private partial void LogBlind(string error);

    /// <param name="knownVersion">Null when only its end is waited for.</param>
    private sealed class Waiter(OwnedJob job, int? knownVersion)
    {
        public OwnedJob Job { get; } = job;
        public int? KnownVersion { get; } = knownVersion;
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
