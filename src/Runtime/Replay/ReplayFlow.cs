using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Storage.Replays;

namespace Navigator.Runtime.Replay;

/// <summary>What a replay does in its turn: exactly one of the records below.</summary>
internal abstract record ReplayStep
{
    private ReplayStep()
    {
    }

    /// <summary>Its rate is used up.</summary>
    public sealed record Wait(TimeSpan LookAgainIn) : ReplayStep;

    /// <summary>Too much is unfinished: old questions wait for people who ask now.</summary>
    public sealed record HoldBack(TimeSpan LookAgainIn) : ReplayStep;

    public sealed record Go(int Count, TimeSpan LookAgainIn) : ReplayStep;
}

/// <summary>How fast a replay goes: a pure function of its row and of how much is unfinished.</summary>
internal static class ReplayFlow
{
    public static ReplayStep Next(ReplayRecord replay, int unfinished, ReplayLimits limits)
    {
        if (replay.Now < replay.PacedUntil)
            return new ReplayStep.Wait(replay.PacedUntil - replay.Now);
        // What is queued is part of what is unfinished: sent again, it adds nothing to it.
        var room = replay.Selection.Statuses is [JobStatus.Queued] ? limits.Batch : limits.HoldAbove - unfinished;
        if (room <= 0)
            return new ReplayStep.HoldBack(limits.Interval);

        int[] bounds = [ReplayPace.Allowed(replay), room, limits.Batch, replay.Max - replay.Replayed];
        return new ReplayStep.Go(bounds.Min(), limits.Interval);
    }
}
