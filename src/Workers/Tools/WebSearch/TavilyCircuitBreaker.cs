using System.Diagnostics.Metrics;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Tools.WebSearch;

public enum CircuitState
{
    /// <summary>Calls go through.</summary>
    Closed,

    /// <summary>No call is made.</summary>
    Open,

    /// <summary>A few probes are made; they decide.</summary>
    HalfOpen,
}

/// <summary>What became of a call that the breaker let through.</summary>
internal enum CallOutcome
{
    Succeeded,
    Failed,

    /// <summary>Tavily was not asked after all, or nobody waited for its answer: no evidence.</summary>
    NotMade,
}

/// <summary>
/// So many failures in a row open the circuit; after a while so many probes, no more of them at a time, must all succeed to
/// close it, and one that fails opens it again. Exact, not a percentage.
/// </summary>
internal sealed partial class TavilyCircuitBreaker(LivePolicy policy, TimeProvider clock, ILogger<TavilyCircuitBreaker> log)
{
    private readonly Lock gate = new();
    private CircuitState state = CircuitState.Closed;

    /// <summary>Counts the states there have been, so that a call's outcome is told to the state that let it through.</summary>
    private int period;
    private int failures;
    private int probesInFlight;
    private int probesSucceeded;
    private DateTimeOffset openUntil;
    private DateTimeOffset since = clock.GetUtcNow();

    public CircuitState State => Read().State;

    /// <summary>Let the process's metrics show the state.</summary>
    public void Publish() => NavigatorMeter.Meter.CreateObservableGauge(
        "navigator.breaker.state",
        () => Enum.GetValues<CircuitState>()
            .Select(each => new Measurement<int>(each == State ? 1 : 0, KeyValuePair.Create("state", (object?)each.ToString()))),
        description: "1 for the state that the breaker of web search is in.");

    /// <summary>Where it stands, and since when.</summary>
    public (CircuitState State, DateTimeOffset Since) Read()
    {
        lock (gate)
            return (state, since);
    }

    /// <returns>What to report the outcome with; null when no call may be made now.</returns>
    public int? TryEnter()
    {
        lock (gate)
        {
            if (state == CircuitState.Open && clock.GetUtcNow() >= openUntil)
                Become(CircuitState.HalfOpen);
            switch (state)
            {
                case CircuitState.Closed:
                    return period;
                case CircuitState.HalfOpen when probesInFlight + probesSucceeded < policy.Now.Breaker.Probes:
                    probesInFlight++;
                    return period;
                default:
                    return null;
            }
        }
    }

    /// <summary>To be called once for each call that was let through.</summary>
    public void Report(int entered, CallOutcome outcome)
    {
        lock (gate)
        {
            // It began before the circuit last changed: what it found is old news.
            if (entered != period)
                return;
            if (state == CircuitState.HalfOpen)
                ReportProbe(outcome);
            else if (outcome == CallOutcome.Succeeded)
                failures = 0;
            else if (outcome == CallOutcome.Failed && ++failures >= policy.Now.Breaker.Failures)
                Become(CircuitState.Open);
        }
    }

    private void ReportProbe(CallOutcome outcome)
    {
        probesInFlight--;
        if (outcome == CallOutcome.Failed)
            Become(CircuitState.Open);
        else if (outcome == CallOutcome.Succeeded && ++probesSucceeded >= policy.Now.Breaker.Probes)
            Become(CircuitState.Closed);
    }

    private void Become(CircuitState next)
    {
        LogChanged(state, next);
        var now = clock.GetUtcNow();
        NavigatorMeter.CircuitSeconds.Add((now - since).TotalSeconds, KeyValuePair.Create("state", (object?)state.ToString()));
        NavigatorMeter.CircuitChanged.Add(1, KeyValuePair.Create("to", (object?)next.ToString()));
        (state, since) = (next, now);
        period++;
        (failures, probesInFlight, probesSucceeded) = (0, 0, 0);
        if (next == CircuitState.Open)
            openUntil = now + policy.Now.Breaker.OpenFor;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Web search: the circuit was {Before} and is {Now}")]
    private partial void LogChanged(CircuitState before, CircuitState now);
}
