using System.Collections.Concurrent;
using Navigator.Runtime.Limits;
using Navigator.Storage;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Inline continuation: runs the next stage of a job in this process instead of sending its message, which saves a hop. It happens only if the
/// next queue's bulkhead has a free permit and no waiters. The ledger stays the record: if the work is lost here, the job becomes due and the
/// sweeper sends its message.
/// </summary>
public sealed partial class InlineContinuation(
    QueueBulkheads bulkheads, LivePolicy policy, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<InlineContinuation> log)
    : IHostedService, IDisposable
{
    /// <summary>The same retry intervals as those of an endpoint after a deadlock or a broken connection.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];

    private readonly ConcurrentDictionary<Task, byte> running = new();
    private readonly CancellationTokenSource over = new();
    private bool isDisposed;

    /// <returns>A permit of the queue's bulkhead; null if the job must be sent as a message.</returns>
    public Bulkhead.Permit? TryEnter(Job job, string queue) =>
        policy.Now.Job.ContinueInline && !CanaryQuestion.GoesByMessage(job) && !lifetime.ApplicationStopping.IsCancellationRequested
            ? bulkheads.TryEnter(queue)
            : null;

    /// <summary>Starts the work with the permit without waiting, so that the current message can be acknowledged.</summary>
    public void Start(Job job, string queue, Bulkhead.Permit permit, Func<CancellationToken, Task> work)
    {
        NavigatorMeter.ContinuedInline.Add(1, KeyValuePair.Create("queue", (object?)queue));
        var task = Work(job.Id, queue, permit, work);
        running.TryAdd(task, 0);
        _ = task.ContinueWith(ended => running.TryRemove(ended, out _), TaskScheduler.Default);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets running work finish. Work that takes too long is left to other workers.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A host may be stopped again after its disposal.
        if (!isDisposed)
            await over.CancelAsync();
    }

    public void Dispose()
    {
        isDisposed = true;
        over.Dispose();
    }

    private async Task Work(Guid job, string queue, Bulkhead.Permit permit, Func<CancellationToken, Task> work)
    {
        await Task.Yield();
        try
        {
            await bulkheads.Run(queue, permit, () => Try(work));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            LogLost(job, queue, error.GetBaseException().GetType().Name);
        }
    }

    private async Task Try(Func<CancellationToken, Task> work)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await work(over.Token);
                return;
            }
            catch (Exception error) when (i < Waits.Length && PassingFailure.Is(error))
            {
                await Task.Delay(Waits[i], clock, over.Token);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The inline continuation of job {JobId} for {Queue} failed ({Error}). The sweeper sends the message when the job is due")]
    private partial void LogLost(Guid jobId, string queue, string error);
}
