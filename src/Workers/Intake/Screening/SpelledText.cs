using System.Text;
using System.Text.RegularExpressions;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Restores the words that attacks need where they are spelled so that patterns miss them: l e t t e r  by  l e t t e r, w1th d1g1ts, or with
/// their inner letters shuffled (igonre), which models read without effort.
/// </summary>
internal static partial class SpelledText
{
    private const int LongestWord = 16;

    private static readonly string[] Words =
    [
        "bypass", "developer", "directives", "disregard", "earlier", "everything", "forget", "guidelines", "hidden", "ignore", "instruction",
        "instructions", "message", "override", "pretend", "previous", "prior", "prompt", "repeat", "restrictions", "reveal", "rules", "secret",
        "system", "unrestricted", "your",
    ];

    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ByLetters =
        Words.ToDictionary(Letters, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>At least eight single letters or digits with the same separator. Another separator, or a wider one, is between words.</summary>
    [GeneratedRegex(@"\b(\w[ .\-]{1,3}){7,}\w\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 250)]
    public static partial Regex Spelled { get; }

    public static string Join(Match spelled)
    {
        var text = spelled.ValueSpan;
        var separators = new List<string>();
        for (var at = 0; at < text.Length; at++)
        {
            if (!IsSeparator(text[at]))
                separators.Add("");
            else
                separators[^1] += text[at];
        }
        var usual = separators.SkipLast(1).GroupBy(one => one, StringComparer.Ordinal).MaxBy(one => one.Count())!.Key;
        var joined = new StringBuilder();
        var letter = 0;
        foreach (var c in text)
        {
            if (IsSeparator(c))
                continue;
            joined.Append(c);
            if (separators[letter++] is { Length: > 0 } separator && separator != usual)
                joined.Append(' ');
        }
        return joined.ToString();

        static bool IsSeparator(char c) => c is ' ' or '.' or '-';
    }

    /// <param name="text">In lower case.</param>
    public static string Unscramble(string text)
    {
        StringBuilder? changed = null;
        Span<char> letters = stackalloc char[LongestWord];
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '@' or '$'))
                end++;
            var word = text.AsSpan(start, end - start);
            if (word.Length is >= 4 and <= LongestWord && ByLetters.TryGetValue(Letters(word, letters), out var known) && !word.SequenceEqual(known))
            {
                changed ??= new StringBuilder(text);
                for (var i = 0; i < known.Length; i++)
                    changed[start + i] = known[i];
            }
            start = end + 1;
        }
        return changed?.ToString() ?? text;
    }

    private static string Letters(string word) => Letters(word, stackalloc char[LongestWord]).ToString();

    /// <returns>The first letter, the inner ones in order of the alphabet, and the last one.</returns>
    private static ReadOnlySpan<char> Letters(ReadOnlySpan<char> word, Span<char> letters)
    {
        for (var i = 0; i < word.Length; i++)
            letters[i] = Letter(word[i]);
        letters[1..(word.Length - 1)].Sort();
        return letters[..word.Length];
    }

    /// <summary>"1" stands for i and for l, which therefore count as one letter.</summary>
    private static char Letter(char c) => c switch
    {
        '0' => 'o',
        '1' or 'l' => 'i',
        '3' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        '7' => 't',
        _ => c,
    };
}
