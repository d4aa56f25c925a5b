namespace Navigator.Runtime.Limits;

/// <summary>
/// A bulkhead with an adjustable number of permits; waiters get them in the order of their arrival. A higher limit grants permits to waiters at
/// once. A lower limit revokes no permit, and grants none until enough have been returned.
/// </summary>
public sealed class Bulkhead(int limit, TimeProvider clock)
{
    private readonly Lock guard = new();
    private readonly LinkedList<Waiter> queue = new();
    private int limit = limit;
    private int inUse;
    private long entered;
    private long waitedTicks;
    private long rejected;

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

    /// <summary>Total number of callers that got no permit in time.</summary>
    public long Rejected => Interlocked.Read(ref rejected);

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
                Admit();
            }
        }
    }

    /// <summary>Takes a permit if one is free and no caller waits for it; else returns null.</summary>
    public Permit? TryEnter()
    {
        lock (guard)
        {
            if (inUse >= limit || queue.Count > 0)
                return null;
            (inUse, entered) = (inUse + 1, entered + 1);
            return new Permit(this);
        }
    }

    /// <summary>Waits for a permit and takes it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first. No permit was taken.</exception>
    public async ValueTask<Permit> Enter(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (guard)
        {
            if (inUse < limit && queue.Count == 0)
            {
                (inUse, entered) = (inUse + 1, entered + 1);
                return new Permit(this);
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
    public async ValueTask<Permit?> EnterWithin(TimeSpan wait, CancellationToken token)
    {
        if (TryEnter() is { } permit)
            return permit;
        using var limit = new CancellationTokenSource(wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            return await Enter(either.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            Interlocked.Increment(ref rejected);
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
            Admit();
        }
        waiter.Entered.TrySetCanceled(token);
    }

    private void Leave()
    {
        lock (guard)
        {
            inUse--;
            Admit();
        }
    }

    private void Admit()
    {
        while (inUse < limit && queue.First is { } first)
        {
            queue.RemoveFirst();
            (inUse, entered) = (inUse + 1, entered + 1);
            first.Value.Entered.SetResult(new Permit(this));
        }
    }

    private sealed class Waiter
    {
        public TaskCompletionSource<Permit> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A permit of the bulkhead. Disposing returns it; a second disposal has no effect.</summary>
    public sealed class Permit(Bulkhead bulkhead) : IDisposable
    {
        private Bulkhead? bulkhead = bulkhead;

        public void Dispose() => Interlocked.Exchange(ref bulkhead, null)?.Leave();
    }
}
