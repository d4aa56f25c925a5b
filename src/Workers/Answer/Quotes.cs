using System.Globalization;
using System.Text;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>Finds the part of a source that a question is about. What it returns stands in the source, word for word.</summary>
internal static class Quotes
{
    /// <summary>The shortest that says anything: "$5".</summary>
    private const int MinLength = 2;

    /// <summary>The longest quote, in characters: most of a usual passage, so that a reader sees what surrounds it.</summary>
    public const int MaxLength = 900;

    /// <summary>Where a quote stands in a text, whatever became of its white space, its dashes and its quotation marks.</summary>
    /// <returns>The place word for word as it stands there, at most <see cref="MaxLength"/> of it; null when it stands nowhere.</returns>
    public static string? Find(string text, string quote)
    {
        var (plain, places) = Plain(text);
        // "…" in a quote leaves something out: its longest part stands for it.
        var part = Plain(quote.Split(["…", "..."], StringSplitOptions.RemoveEmptyEntries).MaxBy(piece => piece.Length) ?? "").Text.Trim(' ', '"');
        var start = PlaceOf(part, plain);
        if (start < 0)
            start = PlaceOf(part = part.TrimEnd('.', ',', ';'), plain); // a full stop of the model's own
        if (start < 0)
            return null;
        var found = text[places[start]..(places[start + part.Length - 1] + 1)];
        return found.Length <= MaxLength ? found : found[..MaxLength];
    }

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

    /// <summary>Where it stands whole: "$18" does not stand in "$180".</summary>
    private static int PlaceOf(string part, string text)
    {
        if (part.Length < MinLength)
            return -1;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            var end = at + part.Length;
            var goesOn = end < text.Length && char.IsLetterOrDigit(part[^1])
                && (char.IsLetterOrDigit(text[end])
                    || (char.IsDigit(part[^1]) && text[end] is '.' or ',' && end + 1 < text.Length && char.IsDigit(text[end + 1])));
            if (!goesOn && (at == 0 || !char.IsLetterOrDigit(part[0]) || !char.IsLetterOrDigit(text[at - 1])))
                return at;
        }
        return -1;
    }

    /// <summary>Small letters, plain signs, single spaces; and where in the text each of them stands.</summary>
    private static (string Text, IReadOnlyList<int> Places) Plain(string text)
    {
        var (plain, places) = (new StringBuilder(text.Length), new List<int>(text.Length));
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] switch
            {
                '‘' or '’' or '`' => '\'',
                '“' or '”' or '„' or '«' or '»' => '"',
                '–' or '—' or '−' or '‑' => '-',
                // As the prompt's fence shows them.
                '‹' => '<',
                '›' => '>',
                var other when char.IsWhiteSpace(other) => ' ',
                var other => char.ToLowerInvariant(other),
            };
            // What screening takes out, a model never saw: the bullets of word processors are private characters.
            if (char.GetUnicodeCategory(c) is UnicodeCategory.PrivateUse or UnicodeCategory.Format or UnicodeCategory.Control
                || (c == ' ' && (plain.Length == 0 || plain[^1] == ' ')))
                continue;
            plain.Append(c);
            places.Add(i);
        }
        return (plain.ToString(), places);
    }
}
