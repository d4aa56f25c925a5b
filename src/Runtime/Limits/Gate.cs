namespace Navigator.Runtime.Limits;

/// <summary>
/// So many at once, the others in the order they came. The number may change at any time: more lets the next ones in, fewer
/// sends nobody away but lets nobody else in until enough have left.
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

    /// <summary>How many ever got in.</summary>
    public long Entered => Interlocked.Read(ref entered);

    /// <summary>All the time that anybody ever waited here.</summary>
    public TimeSpan Waited => new(Interlocked.Read(ref waitedTicks));

    /// <summary>At least 1.</summary>
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

    /// <summary>Take a place if there is one now and nobody waits for it.</summary>
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

    /// <summary>Take a place, waiting for it.</summary>
    /// <exception cref="OperationCanceledException">The token ended first; no place was taken.</exception>
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

    /// <summary>Take a place, waiting so long for it and no longer.</summary>
    /// <returns>Null when there was none in time.</returns>
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
                return; // let in meanwhile: the place is its own
            // Whoever waited behind it may be next.
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

    /// <summary>A place behind the gate, to be left once; leaving it again changes nothing.</summary>
    public sealed class Place(Gate gate) : IDisposable
    {
        private Gate? gate = gate;

        public void Dispose() => Interlocked.Exchange(ref gate, null)?.Leave();
    }
}
