using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// Keeps calls from an upstream that fails. So many failures in a row open the circuit; after the break so many probes, no more of them at a
/// time, must all succeed to close it, and one that fails opens it again. The rules are <see cref="Circuit"/>'s.
/// </summary>
/// <param name="limits">Read at each call, so that a change is in force at once; null where the upstream is always called.</param>
public sealed partial class CircuitBreaker(string name, Func<BreakerLimits?> limits, TimeProvider clock, ILogger<CircuitBreaker> log)
{
    private readonly Lock guard = new();
    private Circuit circuit = new(CircuitState.Closed, clock.GetUtcNow());

    /// <summary>Of the upstream, or upstream/provider.</summary>
    public string Name => name;

    public bool IsConfigured => limits() is not null;

    /// <summary>Would a call be let through now? It may be another one's turn a moment later.</summary>
    public bool Admits => Now.Admits(limits(), clock.GetUtcNow());

    /// <summary>Where it stands, and since when.</summary>
    public Circuit Now => Volatile.Read(ref circuit);

    /// <returns>The right to make one call, to be reported once; null when no call may be made now.</returns>
    public Permit? TryEnter()
    {
        lock (guard)
        {
            var (allowed, now) = (limits(), clock.GetUtcNow());
            if (!circuit.Admits(allowed, now))
                return null;
            Become(circuit.Enter(allowed, now));
            return new Permit(circuit.Period);
        }
    }

    /// <summary>Tell what became of a call; once for each permit.</summary>
    public void Report(Permit permit, CallOutcome outcome)
    {
        lock (guard)
            Become(circuit.Report(permit.Period, outcome, limits(), clock.GetUtcNow()));
    }

    /// <summary>What a caller is told whose call was not admitted. It is no evidence itself.</summary>
    public UpstreamException Rejection() =>
        new(name, UpstreamFailure.Unavailable, "the circuit is open after repeated failures", isFinal: true, isLate: true);

    private void Become(Circuit next)
    {
        if (next.Period != circuit.Period)
        {
            LogChanged(name, circuit.State, next.State);
            var named = KeyValuePair.Create("name", (object?)name);
            NavigatorMeter.CircuitSeconds.Add(
                (next.Since - circuit.Since).TotalSeconds, named, KeyValuePair.Create("state", (object?)circuit.State.ToString()));
            NavigatorMeter.CircuitChanged.Add(1, named, KeyValuePair.Create("to", (object?)next.State.ToString()));
        }
        Volatile.Write(ref circuit, next);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The circuit of {Name} was {Before} and is {Now}")]
    private partial void LogChanged(string name, CircuitState before, CircuitState now);

    /// <summary>The right to make one call.</summary>
    /// <param name="Period">Of the circuit, when it admitted the call.</param>
    public readonly record struct Permit(int Period);
}
