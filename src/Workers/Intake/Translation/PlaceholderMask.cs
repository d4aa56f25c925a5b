using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Navigator.Workers.Intake.Translation;

/// <summary>
/// Masks text that a translation must not change: amounts, numbers, dates in digits, addresses, citation markers, abbreviations and names of
/// several words. Each is replaced by ⟦n⟧ and restored afterwards.
/// </summary>
internal sealed record PlaceholderMask(string Masked, IReadOnlyList<string> Values)
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private static readonly Regex Kept = new(
        @"⟦|⟧|(\[[0-9]{1,4}\])+|https?://[^\s<>""]+|[\w.%+-]{1,64}@[\w-]+(\.[\w-]+)+|[$€£¥₱₩₽₫] ?[0-9][0-9.,]*"
            + @"|[0-9][0-9.,:/()+ -]*[0-9] ?[%$€£¥₱₩₽₫]|[0-9] ?[%$€£¥₱₩₽₫]|\+?[0-9][0-9.,:/()-]*( [0-9][0-9.,:/()-]*)*[0-9]|[0-9]"
            + @"|\b[A-Z]{2,}[A-Z0-9-]*\b",
        Linear);

    /// <summary>Two to four capitalized words that do not begin a sentence: a person, a company, a plan.</summary>
    private static readonly Regex Names = new(@"[\p{Ll},] (?<name>\p{Lu}[\p{L}'’-]+( \p{Lu}[\p{L}'’-]+){1,3})",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly Regex Placeholder = new("⟦ ?([0-9]{1,4}) ?⟧", RegexOptions.NonBacktracking);

    /// <param name="language">German capitalizes every noun, so capitals do not mark names there.</param>
    public static PlaceholderMask In(string text, string language)
    {
        var spans = new List<(int Start, int Length)>();
        // In a text all in capitals the words are not abbreviations.
        var shouted = !text.Any(char.IsLower);
        foreach (Match match in Kept.Matches(text))
        {
            if (!shouted || !char.IsAsciiLetterUpper(match.Value[0]))
                spans.Add((match.Index, match.Length));
        }
        if (language.Split('-')[0] != "de")
            spans.AddRange(Names.Matches(text).Select(match => match.Groups["name"]).Select(name => (name.Index, name.Length)));
        spans.Sort();

        var (masked, values, from) = (new StringBuilder(text.Length), new List<string>(), 0);
        foreach (var (start, length) in spans.Where(span => span.Length > 0))
        {
            if (start < from)
                continue;
            masked.Append(text, from, start - from).Append(CultureInfo.InvariantCulture, $"⟦{values.Count}⟧");
            values.Add(text.Substring(start, length));
            from = start + length;
        }
        return new PlaceholderMask(masked.Append(text, from, text.Length - from).ToString(), values);
    }

    /// <returns>Null if a placeholder is missing, repeated or invented.</returns>
    public string? PutBack(string translated)
    {
        var seen = new bool[Values.Count];
        var sound = true;
        var whole = Placeholder.Replace(translated, match =>
        {
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (number >= Values.Count || seen[number])
            {
                sound = false;
                return "";
            }
            seen[number] = true;
            return Values[number];
        });
        return sound && seen.All(each => each) ? whole : null;
    }
}
