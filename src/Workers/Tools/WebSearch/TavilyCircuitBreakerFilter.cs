using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>The breaker as bus middleware: while the circuit is open, a search fails before it begins.</summary>
internal sealed class TavilyCircuitBreakerFilter<TCommand>(TavilyCircuitBreaker breaker, string upstream) : IFilter<ConsumeContext<TCommand>>
    where TCommand : JobCommand
{
    public async Task Send(ConsumeContext<TCommand> context, IPipe<ConsumeContext<TCommand>> next)
    {
        if (breaker.TryEnter() is not { } entered)
            throw new UpstreamException(upstream, UpstreamFailure.Unavailable, "the circuit is open after repeated failures");

        var call = context.GetOrAddPayload(() => new TavilyCall());
        var outcome = CallOutcome.NotMade;
        try
        {
            await next.Send(context);
            outcome = call.Answered ? CallOutcome.Succeeded : CallOutcome.NotMade;
        }
        catch (UpstreamException error)
        {
            outcome = error.IsFinal ? CallOutcome.NotMade : CallOutcome.Failed;
            throw;
        }
        finally
        {
            breaker.Report(entered, outcome);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("tavily-circuit-breaker");
}

/// <summary>Tells the breaker whether a message led to a call: one for a job that has ended, or a page from the cache, did not.</summary>
internal sealed class TavilyCall
{
    public bool Answered { get; set; }
}

internal static class TavilyCircuitBreakerMiddleware
{
    public static void UseTavilyCircuitBreaker<TCommand>(
        this IPipeConfigurator<ConsumeContext<TCommand>> pipe, TavilyCircuitBreaker breaker, string upstream) where TCommand : JobCommand =>
        pipe.UseFilter(new TavilyCircuitBreakerFilter<TCommand>(breaker, upstream));
}
