using System.Text;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Answer;

/// <summary>
/// Answers without a model: the few statements of the sources that answer the question, the best first, with their places in the documents. It
/// draws no conclusions. If the documents do not say, the answer says so and cites nothing.
/// </summary>
internal sealed class ExtractiveAnswerer : IAnswerer
{
    public const string ModelName = "offline-extractive";
    private const int MaxStatements = 3;
    private const int MaxFollowUps = 3;

    /// <summary>
    /// A further statement is shown if its odds are at least half of the best one's (0.7 is the logarithm of 2). Measured: 60 words an answer; a gap
    /// of 2 gives 79 words and finds one answer in 84 more.
    /// </summary>
    private const double LargestGap = 0.7;

    /// <summary>With a lower probability the nearest section is not worth a look.</summary>
    private const double NearProbability = 0.15;

    public Task<JobAnswer> Answer(string question, string language, Evidence evidence, TimeSpan within, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        // Abstention is about the documents. What another tool found may answer all the same.
        var answering = evidence.IsEnough ? evidence.Statements : [.. evidence.Statements.Where(entry => entry.Statement.Source.Kind != "document")];
        var shown = Choose(answering);
        return Task.FromResult(new JobAnswer
        {
            Text = shown.Count == 0 ? NothingFound(question, evidence) : Write(shown),
            // The answerer's own sentences are English, whatever the language of the question.
            Language = "en",
            Model = ModelName,
            Citations =
            [
                .. shown.GroupBy(statement => statement.Source.Marker).OrderBy(group => group.Key).Select(group => Cite([.. group])),
            ],
            Confidence = evidence.Probability,
            FollowUps = FollowUps(evidence.Sources, [.. shown.Select(statement => statement.Source)]),
        });
    }

    private static List<Statement> Choose(IReadOnlyList<RankedStatement> ranked) =>
    [
        .. ranked.TakeWhile(entry => entry.Score >= ranked[0].Score - LargestGap).Take(MaxStatements).Select(entry => entry.Statement),
    ];

    private static JobCitation Cite(IReadOnlyList<Statement> statements)
    {
        var source = statements[0].Source;
        var run = statements.Min(statement => statement.Quote.Start.Value)..statements.Max(statement => statement.Quote.End.Value);
        if (run.End.Value - run.Start.Value > Quotes.MaxLength)
            run = statements[0].Quote;
        // The quote is looked up in the unscreened text, because screening may have removed a part of it.
        return source.Cite(Quotes.Find(source.Text, source.SanitizedText[run].Trim()) ?? Quotes.Best(source.Text, statements[0].Text));
    }

    private static string Write(IReadOnlyList<Statement> statements)
    {
        var text = new StringBuilder();
        foreach (var statement in statements)
        {
            var page = statement.Source.Page is { } number ? $", page {number}" : "";
            var said = statement.IsLiteral ? $"“{statement.Text.TrimStart('•', '◦', ' ')}”" : statement.Text;
            text.Append("• ").Append(said).Append(" — ").Append(statement.Source.Title).Append(page)
                .Append(" [").Append(statement.Source.Marker).Append("]\n");
        }
        return text.ToString().TrimEnd();
    }

    private static string NothingFound(string question, Evidence evidence)
    {
        var lookedFor = QuestionWords.LookedFor(question);
        if (lookedFor.Count == 0)
            return "The documents do not say: this question has no word to look for. Please name a service, a cost or a rule.";
        var text = $"The documents do not say. Looked for: {string.Join(", ", lookedFor)}.";
        return evidence.Statements is [{ Statement.Source: { Kind: "document", Headings: [.., var heading], Page: { } page } near }, ..]
            && evidence.Probability >= NearProbability
            ? $"{text} The nearest section is “{heading}” in {near.Title}, page {page}." : text;
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
