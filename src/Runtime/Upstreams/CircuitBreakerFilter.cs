using MassTransit;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// A circuit breaker as bus middleware: while the circuit is open, a message fails before its consumer runs. The permit is taken, and the
/// outcome reported, by the call itself (<see cref="UpstreamCall"/>): only the call knows whether the upstream was asked. A message of a job
/// that has ended, or one that is answered from a cache, is no evidence.
/// </summary>
internal sealed class CircuitBreakerFilter<TMessage>(CircuitBreaker breaker) : IFilter<ConsumeContext<TMessage>> where TMessage : class
{
    public Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next) =>
        breaker.Admits ? next.Send(context) : Task.FromException(breaker.Rejection());

    public void Probe(ProbeContext context) => context.CreateFilterScope("circuit-breaker").Add("upstream", breaker.Name);
}

public static class CircuitBreakerMiddleware
{
    /// <param name="upstream">As concurrency.yaml names it.</param>
    public static void UseCircuitBreaker<TMessage>(
        this IPipeConfigurator<ConsumeContext<TMessage>> pipe, string upstream, IServiceProvider services) where TMessage : class =>
        pipe.UseFilter(new CircuitBreakerFilter<TMessage>(services.GetRequiredService<CircuitBreakers>().Of(upstream)));
}
