using System.Diagnostics;
using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Turns every failure of an optional tool, or of its circuit breaker, into a skip: the job is answered without the tool, and <c>degraded</c> says
/// so. Only a failure of the ledger passes through, because then the skip cannot be recorded either.
/// </summary>
/// <param name="tool">The tool of <typeparamref name="TCommand"/>.</param>
/// <param name="transitions">Resolved at the first skip, because it needs the bus, which is not built yet.</param>
internal sealed class SkipOnFailureFilter<TCommand>(ToolDescriptor tool, IJobLedger ledger, Lazy<JobTransitions> transitions)
    : IFilter<ConsumeContext<TCommand>>
    where TCommand : JobCommand
{
    public async Task Send(ConsumeContext<TCommand> context, IPipe<ConsumeContext<TCommand>> next)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next.Send(context);
        }
        catch (Exception error) when (error is not OperationCanceledException and not System.Data.Common.DbException)
        {
            var (message, token) = (context.Message, context.CancellationToken);
            if (await ledger.Read(message.JobId, token) is { } job && job.WaitsFor(tool.Name, message.Attempt))
                await transitions.Value.Skip(job, tool.Name, ReasonOf(error), token);
            // Without this a message whose consumer never ran counts as not delivered, and is moved to _skipped. MassTransit is
            // meant to do so: there is no issue of it.
            await context.NotifyConsumed(context, Stopwatch.GetElapsedTime(started), nameof(SkipOnFailureFilter<>));
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("skip-on-failure");

    private string ReasonOf(Exception error) => (error as UpstreamException ?? error.GetBaseException() as UpstreamException)?.Reason
        ?? tool.FailedText;
}

public static class SkipOnFailureMiddleware
{
    /// <param name="tool">The tool of <typeparamref name="TCommand"/>.</param>
    public static void UseSkipOnFailure<TCommand>(
        this IPipeConfigurator<ConsumeContext<TCommand>> pipe, Tool tool, IServiceProvider services) where TCommand : JobCommand =>
        pipe.UseFilter(new SkipOnFailureFilter<TCommand>(
            services.GetRequiredService<ToolSet>().Find(tool)!, services.GetRequiredService<IJobLedger>(),
            new Lazy<JobTransitions>(services.GetRequiredService<JobTransitions>)));
}
