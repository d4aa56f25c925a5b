using System.Diagnostics;
using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>What happens when it throws is decided in the definition: the job goes on without the web.</summary>
internal sealed class SearchWebConsumer(IJobLedger ledger, TavilyClient tavily, JobTransitions transitions) : IConsumer<SearchWeb>
{
    public async Task Consume(ConsumeContext<SearchWeb> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.FindPending([new JobKey(message.JobId, message.Attempt)], Tool.WebSearch, token) is not [var job])
            return;

        var started = Stopwatch.GetTimestamp();
        var found = await Task.WhenAll(job.Plan!.WebQueries.Select(query => tavily.Search(job.Tenant, query, token)));
        if (context.TryGetPayload<TavilyCall>(out var call))
            call.Answered = found.Any(search => search.Asked);
        var pages = found.SelectMany(search => search.Pages).DistinctBy(page => page.Url).OrderByDescending(page => page.Score).ToList();
        await transitions.Finish(job, new WebSearchResult(pages, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds), token);
    }
}
