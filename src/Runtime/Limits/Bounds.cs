namespace Navigator.Runtime.Limits;

/// <summary>One bound of this process as it stands.</summary>
/// <param name="Kind">queue, upstream, pool, sends, polls or admission.</param>
/// <param name="InUse">May pass the limit for a while after it was lowered.</param>
/// <param name="Waiting">Those who wait to get in.</param>
/// <param name="WaitedSeconds">All the time that was ever waited.</param>
/// <param name="Entered">How many ever got in.</param>
public sealed record Bound(string Kind, string Name, long Limit, long InUse, long Waiting = 0, double WaitedSeconds = 0, long Entered = 0)
{
    /// <summary>At 80 % or beyond: whoever runs this should know before it is full.</summary>
    public bool IsNearlyFull => InUse * 10 >= Limit * 8;
}

/// <summary>Every bound of this process: gates that it makes and keeps at what the policy says, and others that tell by themselves.</summary>
public sealed class Bounds
{
    private readonly LivePolicy policy;
    private readonly TimeProvider clock;
    private readonly List<Func<Bound?>> bounds = [];
    private readonly Dictionary<(string Kind, string Name), (Gate Gate, Func<ConcurrencyPolicy, int> Limit)> gates = [];

    public Bounds(LivePolicy policy, TimeProvider clock)
    {
        (this.policy, this.clock) = (policy, clock);
        policy.Changed += () =>
        {
            lock (gates)
                foreach (var (gate, limit) in gates.Values)
                    gate.Limit = limit(policy.Now);
        };
    }

    /// <summary>The gate of what this process does for a queue's messages.</summary>
    public Gate Queue(string name) => Gate("queue", name, now => now.For(name).Places);

    /// <summary>The gate of this process's calls to an upstream, or to one of its providers.</summary>
    public Gate Upstream(string upstream, string name) => Gate("upstream", name, now => now.ForUpstream(upstream).InFlight);

    /// <summary>A gate that follows the policy; the same one for the same kind and name.</summary>
    public Gate Gate(string kind, string name, Func<ConcurrencyPolicy, int> limit)
    {
        Gate gate;
        lock (gates)
        {
            if (gates.TryGetValue((kind, name), out var known))
                return known.Gate;
            gate = new Gate(limit(policy.Now), clock);
            gates.Add((kind, name), (gate, limit));
        }
        Watch(() => new Bound(kind, name, gate.Limit, gate.InUse, gate.Waiting, Math.Round(gate.Waited.TotalSeconds, 3), gate.Entered));
        return gate;
    }

    /// <param name="read">Null when it is not known now.</param>
    public void Watch(Func<Bound?> read)
    {
        lock (bounds)
            bounds.Add(read);
    }

    public IReadOnlyList<Bound> Read()
    {
        lock (bounds)
            return [.. bounds.Select(read => read()).OfType<Bound>()];
    }
}
