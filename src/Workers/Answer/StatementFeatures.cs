using System.Text.RegularExpressions;
using Navigator.Runtime.Tools;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>What is known of a statement as an answer to a question, each from 0 to 1.</summary>
internal sealed class StatementFeatures
{
    /// <summary>Query expansions weigh less than the question's own words.</summary>
    private const double ExpansionShare = 0.4;

    private readonly Dictionary<string, double> weights;
    private readonly double total;
    private readonly Regex? asked;
    private readonly double bestScore;

    public StatementFeatures(string question, IReadOnlyList<Source> sources, IReadOnlyList<Statement> statements)
    {
        var own = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        var found = statements.Select(statement => Terms.Of(statement.Text).ToHashSet(StringComparer.Ordinal)).ToList();
        asked = ExpectedAnswerType.PatternOf(question);
        bestScore = sources.Count == 0 ? 0 : sources.Max(source => source.Score);
        // Words that few statements contain weigh more.
        weights = own.Union(Terms.Of(QueryExpansion.Of(question) ?? "")).ToDictionary(word => word,
            word => (own.Contains(word) ? 1 : ExpansionShare) * Math.Log(1 + (statements.Count + 1.0) / (1 + found.Count(terms => terms.Contains(word)))),
            StringComparer.Ordinal);
        total = weights.Where(weight => own.Contains(weight.Key)).Sum(weight => weight.Value);
    }

    public double[] Of(Statement statement, double? similarity) =>
    [
        similarity ?? 0,
        Coverage(statement.Text),
        Coverage(statement.InContext),
        asked?.IsMatch(statement.Text) == true ? 1 : 0,
        statement.Source.Score - bestScore,
        statement.Position,
        statement.Text.Length < 40 ? 1 : 0,
        statement.Text[^1] is ':' or '?' ? 1 : 0,
        statement.IsLiteral ? 0 : 1,
    ];

    public double Coverage(string text) =>
        total == 0 ? 0 : Math.Min(1, Terms.Of(text).Distinct(StringComparer.Ordinal).Sum(word => weights.GetValueOrDefault(word)) / total);
}
