using Navigator.Runtime.Broker;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;

namespace Navigator.Runtime.Replay;

/// <summary>
/// Runs replays in batches. Every process has a replayer. One process at a time owns a batch; if it dies, the next process continues.
/// <see cref="ReplayFlow"/> decides the pace.
/// </summary>
internal sealed partial class Replayer(
    IReplayStore replays, JobTransitions transitions, LivePolicy policy, TimeProvider clock, ILogger<Replayer> log, ErrorQueues? errorQueues = null)
    : BackgroundService
{
    /// <summary>Time for which other processes leave a batch alone. It is longer than a batch takes.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Replay.Interval, "The replayer", TakeTurns, clock, log, stoppingToken);

    private async Task TakeTurns(CancellationToken token)
    {
        foreach (var replay in await replays.TakeDue(Guard, token))
            await Batch(replay, token);
    }

    internal async Task Batch(ReplayRecord replay, CancellationToken token)
    {
        switch (ReplayFlow.Next(replay, await replays.CountUnfinished(policy.Now.Replay.PauseAbove, token), policy.Now.Replay))
        {
            case ReplayStep.Wait wait:
                await replays.Record(replay, new ReplayProgress(0, wait.DueIn, Done: false), heldBack: false, token);
                break;
            case ReplayStep.HoldBack hold:
                await replays.Record(replay, new ReplayProgress(0, hold.DueIn, Done: false), heldBack: true, token);
                break;
            case ReplayStep.Go go when replay.Selection.Queue is { } queue:
                // At most the messages of the time of the request, because a message that fails again returns to the same queue.
                var left = Math.Min(replay.Matched, replay.Max) - replay.Replayed;
                var moved = left > 0 ? await errorQueues!.Move(queue, Math.Min(go.Count, left), token) : 0;
                await replays.Record(replay, new ReplayProgress(moved, go.DueIn, Done: moved < go.Count || moved == left), heldBack: false,
                    token);
                LogMoved(replay.Id, moved);
                break;
            case ReplayStep.Go go:
                var jobs = await replays.Next(replay, go.Count, token);
                var queued = (await Task.WhenAll(jobs.Select(job => Requeue(job, replay, token)))).Count(isQueued => isQueued);
                var isOver = jobs.Count < go.Count || replay.Replayed + queued >= replay.Max;
                await replays.Record(
                    replay, new ReplayProgress(queued, go.DueIn, isOver, jobs is [.., var last] ? last.Id : null), heldBack: false, token);
                NavigatorMeter.JobsReplayed.Add(queued);
                LogReplayed(replay.Id, queued);
                break;
        }
    }

    private async Task<bool> Requeue(Job job, ReplayRecord replay, CancellationToken token)
    {
        // The new attempt stays in the question's trace, and its first span names the operator's request.
        using var span = NavigatorTrace.Start("replay", job, cause: replay.Selection.Trace);
        return await transitions.Requeue(job, replay.Id, token);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Replay {ReplayId}: {Count} jobs queued again")]
    private partial void LogReplayed(Guid replayId, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Replay {ReplayId}: {Count} messages moved back to their queue")]
    private partial void LogMoved(Guid replayId, int count);
}
