using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Storage.Replays;

namespace Navigator.Runtime.Replay;

/// <summary>The next step of a replay: one of the records below.</summary>
internal abstract record ReplayStep
{
    private ReplayStep()
    {
    }

    /// <summary>The rate allows no job now.</summary>
    public sealed record Wait(TimeSpan DueIn) : ReplayStep;

    /// <summary>Too many jobs are unfinished, so the replay waits. Live questions come first.</summary>
    public sealed record HoldBack(TimeSpan DueIn) : ReplayStep;

    public sealed record Go(int Count, TimeSpan DueIn) : ReplayStep;
}

/// <summary>Decides the pace of a replay: a pure function of its row and of the number of unfinished jobs.</summary>
internal static class ReplayFlow
{
    public static ReplayStep Next(ReplayRecord replay, int unfinished, ReplayLimits limits)
    {
        if (replay.Now < replay.PacedUntil)
            return new ReplayStep.Wait(replay.PacedUntil - replay.Now);
        // Queued jobs count as unfinished already, so sending them again adds none.
        var room = replay.Selection.Statuses is [JobStatus.Queued] ? limits.Batch : limits.PauseAbove - unfinished;
        if (room <= 0)
            return new ReplayStep.HoldBack(limits.Interval);

        int[] bounds = [ReplayPace.Allowed(replay), room, limits.Batch, replay.Max - replay.Replayed];
        return new ReplayStep.Go(bounds.Min(), limits.Interval);
    }
}
