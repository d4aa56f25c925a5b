using Microsoft.Extensions.Options;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Answer;

/// <summary>What the tools found: read, screened, and numbered within the token budget.</summary>
internal sealed class SourceCollector(IPassageIndex index, IOptions<AnswerOptions> options)
{
    /// <summary>Of a web page beside a passage of a person's own, and of passages that do not fit beside either.</summary>
    private const double WebShare = 0.6, PoorShare = 0.4;

    /// <returns>The sources, and what was left out of them for the job's <c>degraded</c>.</returns>
    public async Task<(IReadOnlyList<Source> Sources, IReadOnlyList<string> Notes)> Collect(Job job, CancellationToken token)
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
            Worth = found[cited.Passage.Id].Score * (job.Results.Documents!.Fits ? 1 : PoorShare),
            IsNear = found[cited.Passage.Id].Similarity is not null,
        });
        var pages = (job.Results.WebSearch?.Pages ?? []).Select(page => new Source
        {
            Marker = 0,
            Kind = "web",
            Title = page.Title,
            Url = page.Url,
            Text = page.Content,
            Score = page.Score,
            Worth = page.Score * WebShare,
            IsNear = true,
        });
        var all = documents.Concat(pages).Select(source => source.Screened()).ToList();
        var screened = all.Count(source => source.IsScreened);
        return (
            SourceBudget.Within(options.Value.SourceTokens, all),
            screened == 0 ? [] : [$"screening: sentences that instruct the assistant were left out of {screened} of {all.Count} sources"]);
    }
}
