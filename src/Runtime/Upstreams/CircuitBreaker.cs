using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// Stops calls to a failing upstream. The failure threshold of consecutive failures opens the circuit. After the break duration the circuit is
/// half-open: all probes must succeed to close it, and one failing probe opens it again. <see cref="Circuit"/> has the rules.
/// </summary>
/// <param name="limits">Read at each call, so that a change applies at once. Returns null if the upstream has no breaker.</param>
public sealed partial class CircuitBreaker(string name, Func<BreakerLimits?> limits, TimeProvider clock, ILogger<CircuitBreaker> log)
{
    private readonly Lock guard = new();
    private Circuit circuit = new(CircuitState.Closed, clock.GetUtcNow());

    /// <summary>The upstream, or upstream/provider.</summary>
    public string Name => name;

    public bool IsConfigured => limits() is not null;

    /// <summary>True if a call would be admitted now. Another call may come first.</summary>
    public bool Admits => Now.Admits(limits(), clock.GetUtcNow());

    /// <summary>The current state and when it began.</summary>
    public Circuit Now => Volatile.Read(ref circuit);

    /// <returns>A permit for one call, whose outcome must be reported once; null if no call is admitted now.</returns>
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

    /// <summary>Reports the outcome of a call, once for each permit.</summary>
    public void Report(Permit permit, CallOutcome outcome)
    {
        lock (guard)
            Become(circuit.Report(permit.Period, outcome, limits(), clock.GetUtcNow()));
    }

    /// <summary>The error for a call that was not admitted. It is no evidence about the upstream.</summary>
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

    /// <summary>The permit for one call.</summary>
    /// <param name="Period">The circuit's period when it admitted the call.</param>
    public readonly record struct Permit(int Period);
}
