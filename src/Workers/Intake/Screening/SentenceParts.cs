using Navigator.Text;

namespace Navigator.Workers.Intake.Screening;

/// <summary>Cuts a text into parts whose meaning can be judged alone: sentences, joined over the line breaks of a layout and cut if long.</summary>
internal static class SentenceParts
{
    /// <summary>In characters. The vector of a longer part says little of one order in it.</summary>
    public const int LongestPart = 300;

    /// <summary>Returns ranges in order, each with a letter in it.</summary>
    public static IReadOnlyList<Range> Of(string text)
    {
        var parts = new List<Range>();
        var start = -1;
        foreach (var sentence in Sentences.Of(text))
        {
            if (start >= 0 && !(GoesOn(text, sentence) && sentence.End.Value - start <= LongestPart))
            {
                Add(start, sentence.Start.Value);
                start = -1;
            }
            if (start < 0)
                start = sentence.Start.Value;
        }
        if (start >= 0)
            Add(start, text.Length);
        return parts;

        void Add(int from, int to)
        {
            for (; to - from > LongestPart; from = Cut(text, from, to))
                parts.Add(new Range(from, Cut(text, from, to)));
            if (text.AsSpan(from, to - from).ContainsAnyExcept(" \n\t"))
                parts.Add(new Range(from, to));
        }
    }

    /// <summary>True for a line that begins in the middle of a sentence.</summary>
    private static bool GoesOn(string text, Range line)
    {
        var before = text.AsSpan(0, line.Start.Value).TrimEnd();
        var after = text.AsSpan(line).TrimStart();
        return before.Length > 0 && before[^1] is not ('.' or '!' or '?' or ':' or ';' or '。' or '？' or '！')
            && after.Length > 0 && char.IsLower(after[0]);
    }

    /// <returns>The end of the last word that fits.</returns>
    private static int Cut(string text, int from, int to)
    {
        var space = text.LastIndexOf(' ', Math.Min(from + LongestPart, to) - 1, LongestPart / 2);
        return space > from ? space : Math.Min(from + LongestPart, to);
    }
}
