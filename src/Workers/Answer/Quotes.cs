using System.Globalization;
using System.Text;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>Finds the part of a source that answers a question. The returned text is in the source, word for word.</summary>
internal static class Quotes
{
    /// <summary>The shortest quote that carries information: "$5".</summary>
    private const int MinLength = 2;

    /// <summary>Maximum length of a quote in characters. It covers most of a typical passage, so that readers see the context.</summary>
    public const int MaxLength = 900;

    /// <summary>Finds a quote in a text. Differences in white space, dashes and quotation marks are ignored.</summary>
    /// <returns>The text of the source word for word, at most <see cref="MaxLength"/> characters; null if it is not there.</returns>
    public static string? Find(string text, string quote)
    {
        var (plain, places) = Plain(text);
        // "…" marks an omission in a quote. The longest part is searched.
        var part = Plain(quote.Split(["…", "..."], StringSplitOptions.RemoveEmptyEntries).MaxBy(piece => piece.Length) ?? "").Text.Trim(' ', '"');
        var start = PlaceOf(part, plain);
        if (start < 0)
            start = PlaceOf(part = part.TrimEnd('.', ',', ';'), plain); // a full stop of the model's own
        if (start < 0)
            return null;
        var found = text[places[start]..(places[start + part.Length - 1] + 1)];
        return found.Length <= MaxLength ? found : found[..MaxLength];
    }

    /// <summary>Returns the whole text if it is short enough, else one run of sentences with most of the question's words.</summary>
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

    /// <summary>Finds whole words and numbers only: "$18" is not found in "$180".</summary>
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

    /// <summary>Returns the text in lower case with plain punctuation and single spaces, and each character's place in the original.</summary>
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
                // The prompt's fence shows the model these characters instead of the tags' brackets.
                '‹' => '<',
                '›' => '>',
                var other when char.IsWhiteSpace(other) => ' ',
                var other => char.ToLowerInvariant(other),
            };
            // Screening removes these characters before the model reads the text. Word processors use private characters as bullets.
            if (char.GetUnicodeCategory(c) is UnicodeCategory.PrivateUse or UnicodeCategory.Format or UnicodeCategory.Control
                || (c == ' ' && (plain.Length == 0 || plain[^1] == ' ')))
                continue;
            plain.Append(c);
            places.Add(i);
        }
        return (plain.ToString(), places);
    }
}
