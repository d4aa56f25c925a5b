namespace Navigator.Api.Problems;

/// <summary>Counts requests refused for one reason, so that the log gets one line a second and not one per request.</summary>
internal sealed class RefusalCount(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private int count;
    private long toldAt;

    /// <returns>The number since the last log line; null if that line is less than a second old.</returns>
    public int? Add()
    {
        Interlocked.Increment(ref count);
        var before = Interlocked.Read(ref toldAt);
        var isSoon = before != 0 && clock.GetElapsedTime(before) < Interval;
        return isSoon || Interlocked.CompareExchange(ref toldAt, clock.GetTimestamp(), before) != before
            ? null
            : Interlocked.Exchange(ref count, 0);
    }
}
