using System.Diagnostics;
using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>
/// Turns every failure of the search, and whatever a breaker throws in its place, into "skipped": the job is answered from
/// its documents and says so. Only a failing ledger passes through, because then the skip cannot be recorded either.
/// </summary>
/// <param name="transitions">Made at the first skip: they need the bus, which is being built when this is.</param>
internal sealed class SkipOnFailureFilter(IJobLedger ledger, Lazy<JobTransitions> transitions) : IFilter<ConsumeContext<SearchWeb>>
{
    public async Task Send(ConsumeContext<SearchWeb> context, IPipe<ConsumeContext<SearchWeb>> next)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next.Send(context);
        }
        catch (Exception error) when (error is not OperationCanceledException and not System.Data.Common.DbException)
        {
            var (message, token) = (context.Message, context.CancellationToken);
            if (await ledger.Read(message.JobId, token) is { } job && job.WaitsFor(Tool.WebSearch, message.Attempt))
                await transitions.Value.Skip(job, Tool.WebSearch, ReasonOf(error), token);
            // Without this a message whose consumer never ran counts as not delivered, and is moved to _skipped. MassTransit is
            // meant to do so: there is no issue of it.
            await context.NotifyConsumed(context, Stopwatch.GetElapsedTime(started), nameof(SkipOnFailureFilter));
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("skip-on-failure");

    private static string ReasonOf(Exception error) => (error as UpstreamException ?? error.GetBaseException() as UpstreamException)?.Reason
        ?? "the search failed";
}
