using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>The circuit breakers of this process: one for each upstream, and one for each of several providers of an upstream.</summary>
public sealed class CircuitBreakers(LivePolicy policy, TimeProvider clock, ILogger<CircuitBreaker> log)
{
    private readonly ConcurrentDictionary<string, CircuitBreaker> breakers = new(StringComparer.Ordinal);

    /// <summary>The breakers that concurrency.yaml configures now.</summary>
    public IEnumerable<CircuitBreaker> Configured =>
        breakers.Values.Where(breaker => breaker.IsConfigured).OrderBy(breaker => breaker.Name, StringComparer.Ordinal);

    /// <summary>Returns the breaker of an upstream or of one of its providers, one for each name.</summary>
    /// <exception cref="StartupException">concurrency.yaml has no such upstream.</exception>
    public CircuitBreaker Of(string upstream, string? name = null)
    {
        _ = policy.Now.ForUpstream(upstream);
        return breakers.GetOrAdd(
            name ?? upstream, named => new CircuitBreaker(named, () => policy.Now.ForUpstream(upstream).Breaker, clock, log));
    }

    /// <summary>Publishes each breaker's state as a metric.</summary>
    public void Publish(Meter meter) => meter.CreateObservableGauge(
        "navigator.circuit.state",
        () => Configured.SelectMany(breaker => Enum.GetValues<CircuitState>().Select(state => new Measurement<int>(
            state == breaker.Now.State ? 1 : 0, KeyValuePair.Create("name", (object?)breaker.Name),
            KeyValuePair.Create("state", (object?)state.ToString())))),
        description: "1 for the state that an upstream's circuit breaker is in.");
}
