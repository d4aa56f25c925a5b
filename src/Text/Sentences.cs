namespace Navigator.Text;

/// <summary>Cuts a text into sentences and lines.</summary>
public static class Sentences
{
    /// <summary>Returns ranges in order. Together they cover the text without the white space between them.</summary>
    public static IReadOnlyList<Range> Of(string text)
    {
        var ranges = new List<Range>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var ends = text[i] == '\n'
                || (text[i] is '.' or '!' or '?' or '。' or '？' or '！' && (i + 1 == text.Length || EndsHere(text, i)));
            if (!ends)
                continue;
            Add(i + 1);
            start = i + 1;
        }
        Add(text.Length);
        return ranges;

        void Add(int end)
        {
            if (!string.IsNullOrWhiteSpace(text[start..end]))
                ranges.Add(new Range(start, end));
        }
    }

    /// <summary>A full stop ends a sentence if a space follows and no lower-case letter: "Dr. A." is split, "e.g. this" is not.</summary>
    private static bool EndsHere(string text, int stop) =>
        text[stop] is not ('.' or '!' or '?')
        || (stop + 2 < text.Length && char.IsWhiteSpace(text[stop + 1]) && !char.IsLower(text[stop + 2]));
}
