namespace Navigator.Storage.Replays;

/// <summary>
/// How a replay keeps to its rate. Each job moves <see cref="ReplayRecord.PacedUntil"/> on by the time that one job has at that rate, and
/// nothing is replayed before then. Time in which nothing was replayed counts for a second, and not longer.
/// </summary>
public static class ReplayPace
{
    private static readonly TimeSpan Saved = TimeSpan.FromSeconds(1);

    /// <summary>How many jobs the rate allows now: at least one, and those of the time that was saved.</summary>
    public static int Allowed(ReplayRecord replay) => 1 + (int)((replay.Now - From(replay)).TotalSeconds * replay.RatePerSecond);

    /// <summary>Up to when the rate is used up after so many more.</summary>
    public static DateTimeOffset After(ReplayRecord replay, int replayed) => From(replay) + TimeSpan.FromSeconds(replayed / replay.RatePerSecond);

    private static DateTimeOffset From(ReplayRecord replay) =>
        replay.PacedUntil > replay.Now - Saved ? replay.PacedUntil : replay.Now - Saved;
}
