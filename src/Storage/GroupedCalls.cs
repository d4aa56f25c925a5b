using System.Diagnostics;

namespace Navigator.Storage;

/// <summary>
/// Batches items: one call handles the items that arrived while earlier calls were running (a group commit, a group of reads, a batch for a
/// model). An item that arrives while fewer than <paramref name="atOnce"/> calls run starts a call at once, so an idle system adds no delay.
/// A caller that stops waiting before its item is taken withdraws only that item. A caller that stops later does not cancel the call.
/// </summary>
/// <param name="largest">Maximum number of items in one call.</param>
/// <param name="atOnce">Maximum number of calls that run at once.</param>
/// <param name="call">Makes one call. Returns one result for each item, in the order of the items.</param>
/// <param name="isOfOneItem">True if one item caused the failure. Each item then gets its own call, so that only that item fails.</param>
/// <param name="name">The group in the metrics; null: it is not measured.</param>
public sealed class GroupedCalls<TItem, TResult>(
    int largest, int atOnce, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> call, Func<Exception, bool> isOfOneItem, string? name = null)
{
    private readonly Lock door = new();
    private readonly Queue<Entry> waiting = [];
    private readonly KeyValuePair<string, object?> tag = new("group", name);
    private int running;

    /// <param name="patience">The longest wait. It covers the earlier calls and the item's own call.</param>
    /// <exception cref="TimeoutException">The wait is over. The call for the item may still be made.</exception>
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

    /// <summary>Returns the next group. The group is empty when nothing waits; the next item that arrives then starts a new run.</summary>
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
        // The statement belongs to the trace of its first item. Without this, all later calls would belong to the caller that started the run.
        Activity.Current = group[0].Trace;
        if (name is not null)
        {
            StorageMeter.GroupSize.Record(group.Count, tag);
            foreach (var entry in group)
                StorageMeter.GroupWait.Record(Stopwatch.GetElapsedTime(entry.Since).TotalSeconds, tag);
        }
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

        public Activity? Trace { get; } = Activity.Current;

        public long Since { get; } = Stopwatch.GetTimestamp();

        /// <summary>Continuations run asynchronously, so that the next group does not wait for a caller's code.</summary>
        public TaskCompletionSource<TResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsAbandoned;
    }
}
