using System.Diagnostics;
using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.SixthTool.Tests.Claims;

/// <summary>Ask the claims system about one job's question. Queue: ask-claims.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record AskClaims(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => ClaimsSetup.Queue;
}

/// <summary>What happens when it throws is decided in the definition: the job goes on without the claims.</summary>
internal sealed class AskClaimsConsumer(IJobLedger ledger, ClaimsClient claims, ToolReport report, LivePolicy policy) : IConsumer<AskClaims>
{
    public async Task Consume(ConsumeContext<AskClaims> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.Read(message.JobId, token) is not { } job || !job.WaitsFor(ClaimsSetup.Name, message.Attempt))
            return; // finished, cancelled or skipped meanwhile

        var started = Stopwatch.GetTimestamp();
        var within = policy.Now.For(ClaimsSetup.Queue).Within(job.Left);
        var found = await Task.WhenAll(job.Plan!.Queries().Of(ClaimsSetup.Name).Select(query => claims.Find(query, within, token)));
        var result = new ClaimsResult(
            [.. found.SelectMany(some => some).DistinctBy(claim => claim.Number)], (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        await report.Finish(job, ClaimsSetup.Name, result, token);
    }
}
