using Navigator.Storage.Passages;

namespace Navigator.Workers.Answer;

/// <summary>Finds the part of a source that a question is about. What it returns stands in the source, word for word.</summary>
internal static class Quotes
{
    /// <summary>The longest quote, in characters: most of a usual passage, so that a reader sees what surrounds it.</summary>
    public const int MaxLength = 900;

    /// <summary>The whole text where it is short enough, else its sentences that hold most of the question's words, in one piece.</summary>
    public static string Best(string text, string question)
    {
        var trimmed = text.Trim();
        if (trimmed.Length <= MaxLength)
            return trimmed;
        var words = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        var sentences = Sentences.Of(trimmed);
        var hits = sentences.Select(sentence => Terms.Of(trimmed[sentence]).Distinct(StringComparer.Ordinal).Count(words.Contains)).ToList();
        var (best, bestHits) = (new Range(0, MaxLength), -1);
        for (var first = 0; first < sentences.Count; first++)
        {
            var (start, sum) = (sentences[first].Start.Value, 0);
            for (var last = first; last < sentences.Count && sentences[last].End.Value - start <= MaxLength; last++)
            {
                sum += hits[last];
                if (sum > bestHits)
                    (best, bestHits) = (new Range(start, sentences[last].End), sum);
            }
        }
        return trimmed[best].Trim();
    }
}
