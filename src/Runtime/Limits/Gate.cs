namespace Navigator.Runtime.Limits;

/// <summary>
/// A bulkhead with an adjustable number of permits; waiters get them in the order of their arrival. A higher limit grants permits to waiters at
/// once. A lower limit revokes no permit, and grants none until enough have been returned.
/// </summary>
public sealed class Gate(int limit, TimeProvider clock)
{
    private readonly Lock guard = new();
    private readonly LinkedList<Waiter> queue = new();
    private int limit = limit;
    private int inUse;
    private long entered;
    private long waitedTicks;

    public int InUse => Volatile.Read(ref inUse);

    public int Waiting
    {
        get
        {
            lock (guard)
                return queue.Count;
        }
    }

    /// <summary>Total number of permits granted.</summary>
    public long Entered => Interlocked.Read(ref entered);

    /// <summary>Total time that callers have waited.</summary>
    public TimeSpan Waited => new(Interlocked.Read(ref waitedTicks));

    /// <summary>Number of permits, at least 1.</summary>
    public int Limit
    {
        get => Volatile.Read(ref limit);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (guard)
            {
                limit = value;
                LetIn();
            }
        }
    }

    /// <summary>Takes a permit if one is free and no caller waits for it; else returns null.</summary>
    public Place? TryEnter()
    {
        lock (guard)
        {
            if (inUse >= limit || queue.Count > 0)
                return null;
            (inUse, entered) = (inUse + 1, entered + 1);
            return new Place(this);
        }
    }

    /// <summary>Waits for a permit and takes it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first. No permit was taken.</exception>
    public async ValueTask<Place> Enter(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (guard)
        {
            if (inUse < limit && queue.Count == 0)
            {
                (inUse, entered) = (inUse + 1, entered + 1);
                return new Place(this);
            }
            waiter = new Waiter();
            queue.AddLast(waiter);
        }
        var began = clock.GetTimestamp();
        await using var cancelling = token.Register(() => GiveUp(waiter, token));
        try
        {
            return await waiter.Entered.Task;
        }
        finally
        {
            Interlocked.Add(ref waitedTicks, clock.GetElapsedTime(began).Ticks);
        }
    }

    /// <summary>Waits for a permit for a limited time.</summary>
    /// <returns>Null if no permit was free in time.</returns>
    public async ValueTask<Place?> EnterWithin(TimeSpan wait, CancellationToken token)
    {
        if (TryEnter() is { } place)
            return place;
        using var limit = new CancellationTokenSource(wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            return await Enter(either.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken token)
    {
        lock (guard)
        {
            if (!queue.Remove(waiter))
                return; // the permit was granted meanwhile
            // The next waiter may get a permit now.
            LetIn();
        }
        waiter.Entered.TrySetCanceled(token);
    }

    private void Leave()
    {
        lock (guard)
        {
            inUse--;
            LetIn();
        }
    }

    private void LetIn()
    {
        while (inUse < limit && queue.First is { } first)
        {
            queue.RemoveFirst();
            (inUse, entered) = (inUse + 1, entered + 1);
            first.Value.Entered.SetResult(new Place(this));
        }
    }

    private sealed class Waiter
    {
        public TaskCompletionSource<Place> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A permit of the bulkhead. Disposing returns it; a second disposal has no effect.</summary>
    public sealed class Place(Gate gate) : IDisposable
    {
        private Gate? gate = gate;

        public void Dispose() => Interlocked.Exchange(ref gate, null)?.Leave();
    }
}
