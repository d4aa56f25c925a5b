using System.Buffers;
using System.Globalization;
using System.Text;

namespace Navigator.Workers.Intake.Screening;

/// <summary>Reduces a text to what a reader sees: removes invisible characters and replaces look-alike letters.</summary>
internal static class HiddenText
{
    /// <summary>Cyrillic and Greek letters that look like Latin letters (the most common of Unicode TR 39), and those Latin letters.</summary>
    private const string Lookalikes = "аеорсухіјѕԁɡһԛԝвкмнтАВЕКМНОРСТУХІЈЅαορνικτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
    private const string Latin = "aeopcyxijsdghqwbkmhtABEKMHOPCTYXIJSaopviktABEZHIKMNOPTYX";

    private static readonly SearchValues<char> AnyLookalike = SearchValues.Create(Lookalikes);

    /// <summary>Ordinary characters. A text of only these, which nearly all texts are, needs no inspection by letter.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c), '\n', '\t']);

    /// <summary>
    /// Removes control and format characters: bidirectional overrides, zero-width spaces and tags can hide text from the reader. Keeps line
    /// breaks and tabs, which are layout, and joiners, which several scripts and emoji need.
    /// </summary>
    public static string Remove(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
            return text.Trim();
        var cleaned = new StringBuilder(text.Length);
        Span<char> utf16 = stackalloc char[2];
        foreach (var rune in text.EnumerateRunes())
        {
            var keep = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control => rune.Value is '\n' or '\t',
                UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,
                UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
                _ => true,
            };
            if (keep)
                cleaned.Append(utf16[..rune.EncodeToUtf16(utf16)]);
        }
        return cleaned.ToString().Trim();
    }

    /// <summary>Replaces look-alike letters in words that mix scripts, such as "pаypal" with a Cyrillic а.</summary>
    public static string Unmix(string text)
    {
        if (!text.AsSpan().ContainsAny(AnyLookalike))
            return text;
        StringBuilder? changed = null;
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && char.IsLetter(text[end]))
                end++;
            if (end > start && IsMixed(text.AsSpan(start, end - start)))
            {
                changed ??= new StringBuilder(text);
                for (var i = start; i < end; i++)
                {
                    if (Lookalikes.IndexOf(text[i]) is var known and >= 0)
                        changed[i] = Latin[known];
                }
            }
            start = end + 1;
        }
        return changed?.ToString() ?? text;
    }

    private static bool IsMixed(ReadOnlySpan<char> word)
    {
        var (latin, lookalike) = (false, false);
        foreach (var c in word)
        {
            latin |= char.IsAsciiLetter(c);
            lookalike |= AnyLookalike.Contains(c);
        }
        return latin && lookalike;
    }
}
