namespace Navigator.Storage.Tests;

/// <summary>
/// Ids of jobs in the order in which they are taken, a millisecond apart. Those that the machine's clock gives within one millisecond have
/// no order.
/// </summary>
internal sealed class OrderedIds
{
    private readonly DateTimeOffset first = DateTimeOffset.UtcNow;
    private int taken;

    public Guid Next() => Guid.CreateVersion7(first.AddMilliseconds(Interlocked.Increment(ref taken)));
}
