using MassTransit;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// A circuit breaker as bus middleware: while the circuit is open, a message fails before its consumer runs. The call itself takes the permit and
/// reports the outcome (<see cref="UpstreamCall"/>), because only the call knows whether the upstream was called. A message of a job that has
/// ended, or one that is answered from a cache, is no evidence.
/// </summary>
internal sealed class CircuitBreakerFilter<TMessage>(CircuitBreaker breaker) : IFilter<ConsumeContext<TMessage>> where TMessage : class
{
    public Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next) =>
        breaker.Admits ? next.Send(context) : Task.FromException(breaker.Rejection());

    public void Probe(ProbeContext context) => context.CreateFilterScope("circuit-breaker").Add("upstream", breaker.Name);
}

public static class CircuitBreakerMiddleware
{
    /// <param name="upstream">The upstream's name in concurrency.yaml.</param>
    public static void UseCircuitBreaker<TMessage>(
        this IPipeConfigurator<ConsumeContext<TMessage>> pipe, string upstream, IServiceProvider services) where TMessage : class =>
        pipe.UseFilter(new CircuitBreakerFilter<TMessage>(services.GetRequiredService<CircuitBreakers>().Of(upstream)));
}
