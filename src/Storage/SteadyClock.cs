namespace Navigator.Storage;

/// <summary>
/// The computer's clock as the one that deadlines are kept by: it never goes back. Where somebody sets the computer's clock back, it goes
/// on from where it was, until the other has caught up; otherwise all that is due would wait for as long as the clock was set back.
/// </summary>
public sealed class SteadyClock(TimeProvider computer) : TimeProvider
{
    /// <summary>A clock that is corrected by less is waited for.</summary>
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
