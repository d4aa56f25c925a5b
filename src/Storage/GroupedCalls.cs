namespace Navigator.Storage;

/// <summary>
/// Makes one call for the items that arrived while earlier calls were under way: a group commit, a group of reads, a batch for a model.
/// An item that arrives while there is room for a call starts one at once, so an idle system pays no delay. A caller that gives up before
/// its item is taken takes only its own item along; one that gives up later does not stop the call.
/// </summary>
/// <param name="largest">Items in one call.</param>
/// <param name="atOnce">Calls under way at once.</param>
/// <param name="call">Makes one call and returns a result for each item, in their order.</param>
/// <param name="isOfOneItem">True for a failure that one of the items caused: then each is called for by itself, so that only that one fails.</param>
public sealed class GroupedCalls<TItem, TResult>(
    int largest, int atOnce, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> call, Func<Exception, bool> isOfOneItem)
{
    private readonly Lock door = new();
    private readonly Queue<Entry> waiting = [];
    private int running;

    /// <param name="patience">The longest wait, for the calls before and for the item's own together.</param>
    /// <exception cref="TimeoutException">The patience was over; the item may be called for all the same.</exception>
    public async Task<TResult> Run(TItem item, TimeSpan patience, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var entry = new Entry(item);
        bool starts;
        lock (door)
        {
            waiting.Enqueue(entry);
            starts = running < atOnce;
            running += starts ? 1 : 0;
        }
        if (starts)
            _ = RunAll();
        try
        {
            return await entry.Done.Task.WaitAsync(patience, token);
        }
        finally
        {
            entry.IsAbandoned = true;
        }
    }

    private async Task RunAll()
    {
        while (Next() is { Count: > 0 } group)
            await RunTogether(group);
    }

    /// <summary>The next group; empty when nothing waits, and then the next item that arrives starts anew.</summary>
    private List<Entry> Next()
    {
        lock (door)
        {
            var group = new List<Entry>();
            while (group.Count < largest && waiting.TryDequeue(out var entry))
            {
                if (!entry.IsAbandoned)
                    group.Add(entry);
            }
            running -= group.Count == 0 ? 1 : 0;
            return group;
        }
    }

    private async Task RunTogether(IReadOnlyList<Entry> group)
    {
        try
        {
            var results = await call([.. group.Select(entry => entry.Item)]);
            for (var i = 0; i < group.Count; i++)
                group[i].Done.TrySetResult(results[i]);
        }
        catch (Exception error) when (group.Count > 1 && isOfOneItem(error))
        {
            foreach (var entry in group)
                await RunTogether([entry]);
        }
        catch (Exception error)
        {
            foreach (var entry in group)
                entry.Done.TrySetException(error);
        }
    }

    private sealed class Entry(TItem item)
    {
        public TItem Item { get; } = item;

        /// <summary>Callers go on elsewhere: the next group does not wait for what they do.</summary>
        public TaskCompletionSource<TResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsAbandoned;
    }
}
