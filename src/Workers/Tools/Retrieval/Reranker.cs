using System.Text.RegularExpressions;
using Navigator.Storage.Ledger;
using Navigator.Text;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// Reranks the few passages that fusion chose: by how much of the question one window of the text covers, and by whether that window contains the
/// expected answer type (an amount, a number, a telephone number).
/// </summary>
internal static class Reranker
{
    /// <summary>Length of the window in characters, about three sentences.</summary>
    private const int Window = 400;

    private const double FusedShare = 0.5, CoverageShare = 0.35, KindShare = 0.15;

    /// <returns>Best first. Scores are from 0 to 1, comparable within one question only.</returns>
    public static IReadOnlyList<FoundPassage> Rerank(
        string question, IReadOnlyList<FoundPassage> candidates, IReadOnlyDictionary<Guid, string> texts, int limit)
    {
        var words = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        var kind = ExpectedAnswerType.PatternOf(question);
        var present = candidates.Where(candidate => texts.ContainsKey(candidate.PassageId)).ToList();
        var terms = present.ToDictionary(candidate => candidate.PassageId,
            candidate => Terms.Of(texts[candidate.PassageId]).ToHashSet(StringComparer.Ordinal));
        // A word that every candidate contains does not distinguish them.
        var weights = words.ToDictionary(
            word => word, word => Math.Log(1 + (present.Count + 1.0) / (1 + terms.Values.Count(found => found.Contains(word)))),
            StringComparer.Ordinal);
        var total = weights.Values.Sum();
        return
        [
            .. present.Select(candidate => candidate with { Score = Math.Round(Score(candidate), 4) })
                .OrderByDescending(candidate => candidate.Score).ThenBy(candidate => candidate.PassageId).Take(limit),
        ];

        double Score(FoundPassage candidate)
        {
            var (coverage, kindFound) = Closest(texts[candidate.PassageId], weights, kind);
            return FusedShare * candidate.Score + (total > 0 ? CoverageShare * coverage / total : 0) + (kindFound ? KindShare : 0);
        }
    }

    /// <summary>Returns the window that covers most of the question. Among equals, one with the expected answer type.</summary>
    private static (double Coverage, bool KindFound) Closest(string text, Dictionary<string, double> weights, Regex? kind)
    {
        var sentences = Sentences.Of(text);
        var terms = sentences.Select(sentence => Terms.Of(text[sentence]).Where(weights.ContainsKey).ToHashSet(StringComparer.Ordinal)).ToList();
        var (best, bestKind) = (0.0, false);
        for (var first = 0; first < sentences.Count; first++)
        {
            var covered = new HashSet<string>(StringComparer.Ordinal);
            var last = first;
            for (; last < sentences.Count && (last == first || sentences[last].End.Value - sentences[first].Start.Value <= Window); last++)
                covered.UnionWith(terms[last]);
            var coverage = covered.Sum(word => weights[word]);
            if (coverage < best)
                continue;
            var kindFound = kind is not null && kind.IsMatch(text[sentences[first].Start..sentences[last - 1].End]);
            (bestKind, best) = (coverage > best ? kindFound : bestKind || kindFound, coverage);
        }
        return (best, bestKind);
    }
}
