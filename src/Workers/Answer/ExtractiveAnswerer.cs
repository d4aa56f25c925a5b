using System.Text;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>
/// Answers without a model: quotes the sentences and table rows that share most words with the question, with their places in the documents.
/// It draws no conclusions.
/// </summary>
internal sealed class ExtractiveAnswerer : IAnswerer
{
    public const string ModelName = "offline-extractive";
    private const int MaxExcerpts = 3;
    private const int MaxFollowUps = 3;
    private const double LeastShare = 0.6, PolicyShare = 0.5;

    public Task<JobAnswer> Answer(string question, string language, IReadOnlyList<Source> sources, TimeSpan within, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var own = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        var words = own.Union(Terms.Of(QueryExpansion.Of(question) ?? ""));
        var asked = ExpectedAnswerType.PatternOf(question);
        var found = sources.Select(source => Terms.Of(source.SanitizedText).ToHashSet(StringComparer.Ordinal)).ToList();
        // Words that few sources contain weigh more (the idf over the sources). Query expansions weigh less than the question's own words.
        var weights = words.ToDictionary(word => word,
            word => (own.Contains(word) ? 1 : PolicyShare) / (1 + found.Count(terms => terms.Contains(word))), StringComparer.Ordinal);
        var excerpts = sources.Select(source => (Source: source, Excerpt: Excerpt.Best(source.SanitizedText, weights, asked)))
            .Where(entry => entry.Excerpt.Score > 0)
            .OrderByDescending(entry => entry.Excerpt.Score * (0.5 + entry.Source.Score)).Take(MaxExcerpts).ToList();
        // Excerpts that match much worse than the best one are left out.
        excerpts.RemoveAll(entry => entry.Excerpt.Score < excerpts[0].Excerpt.Score * LeastShare);
        return Task.FromResult(new JobAnswer
        {
            Text = excerpts.Count == 0 ? NothingFound(sources.Count) : Write(excerpts),
            // The answerer's own sentences are English, whatever the language of the question.
            Language = "en",
            Model = ModelName,
            Citations = [.. sources.Select(source => source.Cite(Quotes.Best(source.Text, question)))],
            Confidence = Confidence.Of([.. excerpts.Select(entry => entry.Source)], dropped: 0),
            FollowUps = FollowUps(sources, [.. excerpts.Select(entry => entry.Source)]),
        });
    }

    private static string NothingFound(int sources) => sources == 0
        ? "The documents do not say: nothing in them fits this question."
        : "The documents do not seem to say. The passages nearest to the question are cited below.";

    private static string Write(List<(Source Source, Excerpt Excerpt)> excerpts)
    {
        var text = new StringBuilder("This is what the sources say, in their own words:\n");
        foreach (var (source, excerpt) in excerpts)
        {
            var page = source.Page is { } number ? $", page {number}" : "";
            text.Append("\n• ").Append(excerpt.IsRow ? excerpt.Text : $"“{excerpt.Text}”").Append(" — ").Append(source.Title).Append(page)
                .Append(" [").Append(source.Marker).Append("]\n");
        }
        return text.ToString().TrimEnd();
    }

    /// <summary>Suggests questions about the headings of sources that were not quoted.</summary>
    private static IReadOnlyList<string> FollowUps(IReadOnlyList<Source> sources, IReadOnlyList<Source> answering) =>
    [
        .. sources.Except(answering).Where(source => source.Headings.Count > 0)
        .Select(source => source.Headings[^1].TrimStart([.. "0123456789.) "]).Trim())
            .Where(heading => heading.Length is > 3 and < 80
                && !answering.Any(source => source.Headings.Any(other => other.EndsWith(heading, StringComparison.Ordinal))))
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxFollowUps).Select(heading => $"What do the documents say about “{heading}”?"),
    ];
}
