namespace Navigator.Runtime.Flow;

/// <summary>
/// The age of the oldest unfinished job, as of the last read of the ledger. It keeps growing while the ledger cannot be read, because
/// this process then does not know whether the job has ended.
/// </summary>
public sealed class OldestJob(TimeProvider clock)
{
    private Sample last = new(TimeSpan.Zero, 0);

    /// <summary>Time since the job was queued. Zero without any. Replayed jobs do not count, because they wait for their turn on purpose.</summary>
    public TimeSpan Age => Volatile.Read(ref last) is { Age: var age, ReadAt: var readAt } && age > TimeSpan.Zero
        ? age + clock.GetElapsedTime(readAt)
        : TimeSpan.Zero;

    /// <param name="age">As just read from the ledger.</param>
    public void Update(TimeSpan age) => Volatile.Write(ref last, new Sample(age, clock.GetTimestamp()));

    private sealed record Sample(TimeSpan Age, long ReadAt);
}
