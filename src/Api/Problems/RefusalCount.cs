namespace Navigator.Api.Problems;

/// <summary>Counts requests that are refused for one reason, so that a line a second says how many, and not a line each.</summary>
internal sealed class RefusalCount(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private int count;
    private long toldAt;

    /// <returns>How many there were since it was last told; null when that is less than a second ago.</returns>
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
