using System.Diagnostics;
using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>Its definition decides what follows a failure: the job is answered without the web.</summary>
internal sealed class SearchWebConsumer(IJobLedger ledger, TavilyClient tavily, ToolReport report, LivePolicy policy) : IConsumer<SearchWeb>
{
    public async Task Consume(ConsumeContext<SearchWeb> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.Read(message.JobId, token) is not { } job || !job.WaitsFor(Tool.WebSearch, message.Attempt))
            return;

        using var span = NavigatorTrace.Start(QueueNames.SearchWeb, job);
        // A result after the end of the wave is useless, because the sweeper then skips the tool.
        var waveLeft = (job.WaveAt ?? job.Now) + policy.Now.Job.Wave - job.Now;
        if (waveLeft <= TimeSpan.Zero)
            return;
        var within = policy.Now.For(QueueNames.SearchWeb).Within(waveLeft);
        var started = Stopwatch.GetTimestamp();
        var found = await Task.WhenAll(job.Plan!.Queries().Of(Tool.WebSearch).Select(query => tavily.Search(job.Tenant, query, within, token)));
        var pages = found.SelectMany(pages => pages).DistinctBy(page => page.Url).OrderByDescending(page => page.Score).ToList();
        await report.Finish(job, Tool.WebSearch, new WebSearchResult(pages, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds), token);
    }
}
