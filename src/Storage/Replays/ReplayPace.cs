namespace Navigator.Storage.Replays;

/// <summary>
/// Keeps a replay to its rate. Each job moves <see cref="ReplayRecord.PacedUntil"/> on by the time of one job at that rate, and no job is
/// replayed before it. Unused time is saved for at most one second.
/// </summary>
public static class ReplayPace
{
    private static readonly TimeSpan Saved = TimeSpan.FromSeconds(1);

    /// <summary>Number of jobs that the rate allows now: at least one, plus those of the saved time.</summary>
    public static int Allowed(ReplayRecord replay) => 1 + (int)((replay.Now - From(replay)).TotalSeconds * replay.RatePerSecond);

    /// <summary>The time up to which the rate is used after this many more jobs.</summary>
    public static DateTimeOffset After(ReplayRecord replay, int replayed) => From(replay) + TimeSpan.FromSeconds(replayed / replay.RatePerSecond);

    private static DateTimeOffset From(ReplayRecord replay) =>
        replay.PacedUntil > replay.Now - Saved ? replay.PacedUntil : replay.Now - Saved;
}
