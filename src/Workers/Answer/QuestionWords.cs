using System.Text.RegularExpressions;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>The words of a question, and how much of them a text covers. Words that few statements contain weigh more.</summary>
internal sealed partial class QuestionWords
{
    /// <summary>Query expansions weigh less than the question's own words.</summary>
    private const double ExpansionShare = 0.4;

    /// <summary>Words of a question that an answer repeats.</summary>
    private const int MaxNamed = 8;

    private const int MaxNamedLength = 40;

    private readonly HashSet<string> own;
    private readonly Dictionary<string, double> weights;
    private readonly double total;

    /// <param name="expansion">The documents' words for the question's; null if there are none.</param>
    public QuestionWords(string question, string? expansion, IReadOnlyList<Statement> statements)
    {
        own = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        var words = own.Union(Terms.Of(expansion ?? "")).ToHashSet(StringComparer.Ordinal);
        var found = words.ToDictionary(word => word, _ => 0, StringComparer.Ordinal);
        foreach (var word in statements.SelectMany(statement => Terms.Of(statement.Text).Where(words.Contains).Distinct(StringComparer.Ordinal)))
            found[word]++;
        weights = found.ToDictionary(word => word.Key,
            word => (own.Contains(word.Key) ? 1 : ExpansionShare) * Math.Log(1 + (statements.Count + 1.0) / (1 + word.Value)),
            StringComparer.Ordinal);
        total = weights.Where(weight => own.Contains(weight.Key)).Sum(weight => weight.Value);
    }

    /// <returns>0 to 1: the weight of the question's words that are in the text.</returns>
    public double Coverage(string text) =>
        total == 0 ? 0 : Math.Min(1, Terms.Of(text).Distinct(StringComparer.Ordinal).Sum(word => weights.GetValueOrDefault(word)) / total);

    /// <returns>0 to 1: the share of the question's words that are in none of the texts. 0 if the question has no words.</returns>
    public double Absent(IEnumerable<string> texts) =>
        own.Count == 0 ? 0 : 1 - texts.SelectMany(Terms.Of).Where(own.Contains).Distinct(StringComparer.Ordinal).Count() / (double)own.Count;

    /// <summary>Counts the names and numbers of a question that are in none of the texts: "Oakland", "2024", "1095-B".</summary>
    public static int AbsentNames(string question, IEnumerable<string> texts)
    {
        var named = Name().Matches(question).SelectMany(match => Terms.Of(match.Value)).ToHashSet(StringComparer.Ordinal);
        if (named.Count > 0)
            named.ExceptWith(texts.SelectMany(Terms.Of));
        return named.Count;
    }

    /// <summary>The question's words that are searched for, as the person wrote them.</summary>
    public static IReadOnlyList<string> LookedFor(string question) =>
    [
        .. Word().Matches(question).Select(match => match.Value.Trim('-', '’', '\'')).Where(word => Terms.Of(word).Any())
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxNamed)
            .Select(word => word.Length <= MaxNamedLength ? word : word[..MaxNamedLength] + "…"),
    ];

    /// <summary>A word with a capital that does not begin the question, or with a digit.</summary>
    [GeneratedRegex(@"(?<!^)\b(?:\p{Lu}[\w-]*|\w*[0-9][\w-]*)", RegexOptions.None, 10_000)]
    private static partial Regex Name();

    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*", RegexOptions.None, 10_000)]
    private static partial Regex Word();
}
