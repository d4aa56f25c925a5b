namespace Navigator.Storage;

/// <summary>
/// A clock for deadlines that never goes back. If the computer's clock is set back, this clock goes on from its last time until the
/// computer's clock has caught up. Otherwise all due work would wait for as long as the clock was set back.
/// </summary>
public sealed class SteadyClock(TimeProvider computer) : TimeProvider
{
    /// <summary>For a smaller correction the clock stands still until the computer's clock has caught up.</summary>
    private static readonly TimeSpan Correction = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private DateTimeOffset last = computer.GetUtcNow();
    private long read = computer.GetTimestamp();

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            var (now, timestamp) = (computer.GetUtcNow(), computer.GetTimestamp());
            if (now < last - Correction)
                now = last + computer.GetElapsedTime(read, timestamp);
            (last, read) = (now > last ? now : last, timestamp);
            return last;
        }
    }

    public override long GetTimestamp() => computer.GetTimestamp();

    public override long TimestampFrequency => computer.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => computer.LocalTimeZone;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        computer.CreateTimer(callback, state, dueTime, period);
}
