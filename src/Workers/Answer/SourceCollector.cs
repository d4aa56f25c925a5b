using Microsoft.Extensions.Options;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Answer;

/// <summary>What the tools found, read and numbered, within the token budget.</summary>
internal sealed class SourceCollector(IPassageIndex index, IOptions<AnswerOptions> options)
{
    public async Task<IReadOnlyList<Source>> Collect(Job job, CancellationToken token)
    {
        var found = (job.Results.Documents?.Passages ?? []).ToDictionary(passage => passage.PassageId);
        var passages = found.Count == 0 ? [] : await index.Read(job.Tenant, [.. found.Keys], token);
        var documents = passages.Select(cited => new Source
        {
            Marker = 0,
            Kind = "document",
            DocumentId = cited.Passage.DocumentId,
            PassageId = cited.Passage.Id,
            Title = cited.DocumentTitle,
            Page = cited.Passage.Page,
            Headings = cited.Passage.Headings,
            Text = cited.Passage.Text,
            Score = found[cited.Passage.Id].Score,
        });
        var pages = (job.Results.WebSearch?.Pages ?? []).Select(page => new Source
        {
            Marker = 0,
            Kind = "web",
            Title = page.Title,
            Url = page.Url,
            Text = page.Content,
            Score = page.Score,
        });
        return Within(options.Value.SourceTokens, documents.Concat(pages));
    }

    /// <summary>In order, leaving out what would pass the budget; a shorter one behind it may still fit.</summary>
    internal static IReadOnlyList<Source> Within(int budget, IEnumerable<Source> sources)
    {
        var within = new List<Source>();
        foreach (var source in sources)
        {
            var tokens = Tokens.Estimate(source.Text);
            if (tokens > budget)
                continue;
            budget -= tokens;
            within.Add(source with { Marker = within.Count + 1 });
        }
        return within;
    }
}
