namespace Navigator.Runtime.Limits;

/// <summary>One limit of this process and its utilization.</summary>
/// <param name="Kind">queue, upstream, model, pool, searches, statements, originals, sends, polls or admission.</param>
/// <param name="InUse">May exceed the limit for a while after the limit was lowered.</param>
/// <param name="Waiting">Number of callers that wait for a permit.</param>
/// <param name="WaitedSeconds">Total time that callers have waited.</param>
/// <param name="Entered">Total number of permits granted.</param>
/// <param name="Rejected">Total number of callers that were turned away.</param>
public sealed record LimitUsage(
    string Kind, string Name, long Limit, long InUse, long Waiting = 0, double WaitedSeconds = 0, long Entered = 0, long Rejected = 0)
{
    /// <summary>True at 80 % utilization or more, so that the operator learns of it before the limit is reached.</summary>
    public bool IsNearlyFull => InUse * 10 >= Limit * 8;
}

/// <summary>All limits of this process: bulkheads that follow the policy, and limits whose utilization is read from elsewhere.</summary>
public sealed class LimitRegistry
{
    private readonly LivePolicy policy;
    private readonly TimeProvider clock;
    private readonly List<Func<LimitUsage?>> limits = [];
    private readonly Dictionary<(string Kind, string Name), (Bulkhead Bulkhead, Func<ConcurrencyPolicy, int> Limit)> bulkheads = [];

    public LimitRegistry(LivePolicy policy, TimeProvider clock)
    {
        (this.policy, this.clock) = (policy, clock);
        policy.Changed += () =>
        {
            lock (bulkheads)
                foreach (var (bulkhead, limit) in bulkheads.Values)
                    bulkhead.Limit = limit(policy.Now);
        };
    }

    /// <summary>The bulkhead of the work for a queue's messages in this process.</summary>
    public Bulkhead Queue(string name) => Bulkhead("queue", name, now => now.For(name).Places);

    /// <summary>The bulkhead of this process's calls to an upstream or to one of its providers.</summary>
    public Bulkhead Upstream(string upstream, string? provider = null) =>
        Bulkhead("upstream", UpstreamNames.Of(upstream, provider), now => now.ForUpstream(upstream, provider).InFlight);

    /// <summary>Returns the bulkhead for this kind and name, which follows the policy.</summary>
    public Bulkhead Bulkhead(string kind, string name, Func<ConcurrencyPolicy, int> limit)
    {
        Bulkhead bulkhead;
        lock (bulkheads)
        {
            if (bulkheads.TryGetValue((kind, name), out var known))
                return known.Bulkhead;
            bulkhead = new Bulkhead(limit(policy.Now), clock);
            bulkheads.Add((kind, name), (bulkhead, limit));
        }
        Watch(() => new LimitUsage(
            kind, name, bulkhead.Limit, bulkhead.InUse, bulkhead.Waiting, Math.Round(bulkhead.Waited.TotalSeconds, 3), bulkhead.Entered,
            bulkhead.Rejected));
        return bulkhead;
    }

    /// <param name="read">Returns null if the utilization is not known.</param>
    public void Watch(Func<LimitUsage?> read)
    {
        lock (limits)
            limits.Add(read);
    }

    public IReadOnlyList<LimitUsage> Read()
    {
        lock (limits)
            return [.. limits.Select(read => read()).OfType<LimitUsage>()];
    }
}
