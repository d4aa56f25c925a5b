using System.Collections.Concurrent;
using Navigator.Runtime.Limits;
using Navigator.Storage;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Goes on with a job in this process instead of sending the message that would bring it back to one: cheaper by a hop, and only
/// where the next queue's gate has room now and nobody waits for it. The message stays the fallback, and the ledger the truth:
/// work that is lost here is due some time, and the sweeper sends its message.
/// </summary>
public sealed partial class InPlace(Stages stages, LivePolicy policy, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<InPlace> log)
    : IHostedService, IDisposable
{
    /// <summary>As an endpoint would try a message again after a deadlock or a broken connection.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];

    private readonly ConcurrentDictionary<Task, byte> running = new();
    private readonly CancellationTokenSource over = new();
    private bool isDisposed;

    /// <returns>A place behind the queue's gate; null when the job is to go there by message.</returns>
    public Gate.Place? TryEnter(Job job, string queue) =>
        policy.Now.Job.ContinueInPlace && !CanaryQuestion.GoesByMessage(job) && !lifetime.ApplicationStopping.IsCancellationRequested
            ? stages.TryEnter(queue)
            : null;

    /// <summary>Begin the work on a place that was taken, and wait for nothing: the message that led here may be acknowledged.</summary>
    public void Start(Job job, string queue, Gate.Place place, Func<CancellationToken, Task> work)
    {
        NavigatorMeter.ContinuedInPlace.Add(1, KeyValuePair.Create("queue", (object?)queue));
        var task = Work(job.Id, queue, place, work);
        running.TryAdd(task, 0);
        _ = task.ContinueWith(ended => running.TryRemove(ended, out _), TaskScheduler.Default);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What goes on here is finished; what takes too long is left to other workers.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A host may be stopped again after it was disposed of.
        if (!isDisposed)
            await over.CancelAsync();
    }

    public void Dispose()
    {
        isDisposed = true;
        over.Dispose();
    }

    private async Task Work(Guid job, string queue, Gate.Place place, Func<CancellationToken, Task> work)
    {
        await Task.Yield();
        try
        {
            await stages.Run(queue, place, () => Try(work));
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
        Message = "Job {JobId} did not get through {Queue} in place ({Error}); it goes there by message when it is due")]
    private partial void LogLost(Guid jobId, string queue, string error);
}
