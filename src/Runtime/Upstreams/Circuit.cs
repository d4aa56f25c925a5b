using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

public enum CircuitState
{
    /// <summary>Calls go through.</summary>
    Closed,

    /// <summary>No call is made.</summary>
    Open,

    /// <summary>A few probes are made. Their outcome decides the next state.</summary>
    HalfOpen,
}

/// <summary>The outcome of a call, as evidence about its upstream.</summary>
public enum CallOutcome
{
    Succeeded,
    Failed,

    /// <summary>No evidence: the upstream was not called, the caller did not wait, or the upstream rejected the request.</summary>
    Inconclusive,
}

/// <summary>
/// The rules of a circuit breaker as an immutable value: an event returns the next circuit. It has no clock, lock or log. Limits are passed with
/// each event, because they may change at any time. Null limits mean no breaker; the circuit is then closed.
/// </summary>
/// <param name="Since">When this state began.</param>
/// <param name="Period">Number of state changes. A call reports to the period that admitted it; a late report is ignored.</param>
/// <param name="Failures">Consecutive failures while closed.</param>
/// <param name="ProbesInFlight">While half-open.</param>
/// <param name="ProbesSucceeded">While half-open.</param>
public sealed record Circuit(
    CircuitState State, DateTimeOffset Since, int Period = 0, int Failures = 0, int ProbesInFlight = 0, int ProbesSucceeded = 0)
{
    /// <summary>Returns true if a call would be admitted now.</summary>
    public bool Admits(BreakerLimits? limits, DateTimeOffset now) => limits is null || State switch
    {
        CircuitState.Closed => true,
        CircuitState.Open => now >= Since + limits.BreakDuration,
        // If the limit was lowered, enough probes may have succeeded already.
        _ => ProbesInFlight + ProbesSucceeded < limits.HalfOpenProbes || ProbesSucceeded >= limits.HalfOpenProbes,
    };

    /// <summary>Asks for admission of a call.</summary>
    /// <returns>The next circuit. The call is admitted if <see cref="Admits"/> returned true, and belongs to its period.</returns>
    public Circuit Enter(BreakerLimits? limits, DateTimeOffset now)
    {
        if (limits is null)
            return WithoutLimits(now);
        if (!Admits(limits, now))
            return this;
        var circuit = State switch
        {
            CircuitState.Open => Become(CircuitState.HalfOpen, now),
            CircuitState.HalfOpen when ProbesSucceeded >= limits.HalfOpenProbes => Become(CircuitState.Closed, now),
            _ => this,
        };
        return circuit.State == CircuitState.HalfOpen ? circuit with { ProbesInFlight = circuit.ProbesInFlight + 1 } : circuit;
    }

    /// <summary>Reports the end of an admitted call. Called once for each call.</summary>
    /// <param name="period">The period that admitted it.</param>
    public Circuit Report(int period, CallOutcome outcome, BreakerLimits? limits, DateTimeOffset now)
    {
        if (limits is null)
            return WithoutLimits(now);
        if (period != Period)
            return this;
        return (State, outcome) switch
        {
            (CircuitState.Closed, CallOutcome.Succeeded) => Failures == 0 ? this : this with { Failures = 0 },
            (CircuitState.Closed, CallOutcome.Failed) when Failures + 1 >= limits.FailureThreshold => Become(CircuitState.Open, now),
            (CircuitState.Closed, CallOutcome.Failed) => this with { Failures = Failures + 1 },
            (CircuitState.HalfOpen, CallOutcome.Failed) => Become(CircuitState.Open, now),
            (CircuitState.HalfOpen, CallOutcome.Succeeded) when ProbesSucceeded + 1 >= limits.HalfOpenProbes => Become(CircuitState.Closed, now),
            (CircuitState.HalfOpen, CallOutcome.Succeeded) => this with
            {
                ProbesInFlight = ProbesInFlight - 1,
                ProbesSucceeded = ProbesSucceeded + 1,
            },
            (CircuitState.HalfOpen, CallOutcome.Inconclusive) => this with { ProbesInFlight = ProbesInFlight - 1 },
            _ => this,
        };
    }

    private Circuit WithoutLimits(DateTimeOffset now) => State == CircuitState.Closed ? this : Become(CircuitState.Closed, now);

    private Circuit Become(CircuitState state, DateTimeOffset now) => new(state, now, Period + 1);
}
