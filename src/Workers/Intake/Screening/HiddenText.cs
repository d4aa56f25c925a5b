using System.Buffers;
using System.Globalization;
using System.Text;

namespace Navigator.Workers.Intake.Screening;

/// <summary>Brings a text to what a reader sees: without what is invisible, and without letters that only look like others.</summary>
internal static class HiddenText
{
    /// <summary>Cyrillic and Greek letters that cannot be told from Latin ones (Unicode TR 39, the commonest), and those.</summary>
    private const string Lookalikes = "аеорсухіјѕԁɡһԛԝвкмнтАВЕКМНОРСТУХІЈЅαορνικτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
    private const string Latin = "aeopcyxijsdghqwbkmhtABEKMHOPCTYXIJSaopviktABEZHIKMNOPTYX";

    private static readonly SearchValues<char> AnyLookalike = SearchValues.Create(Lookalikes);

    /// <summary>What every reader sees: a text of nothing else, as nearly all are, is not looked at letter by letter.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c), '\n', '\t']);

    /// <summary>
    /// Removes control and format characters: bidirectional overrides, zero-width spaces and tags hide text from the reader. Line
    /// breaks and tabs are layout; joiners shape letters of several scripts and emoji.
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

    /// <summary>In words that mix scripts, each letter that looks like a Latin one becomes it: "pаypal" with a Cyrillic а is no word.</summary>
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
