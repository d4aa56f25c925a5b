namespace Navigator.Text;

/// <summary>Estimates how many tokens a model will count, accurate enough for budgets.</summary>
public static class Tokens
{
    /// <summary>
    /// Four characters of English count as a token, but every word or symbol as at least one. Scripts without spaces count about one token per
    /// character. The estimate is high rather than low: within 20 % of cl100k for prose, more for tables.
    /// </summary>
    public static int Estimate(string text)
    {
        var (words, wide, inWord) = (0, 0, false);
        foreach (var c in text)
        {
            if (c >= 0x2E80)
                wide++;
            var word = char.IsLetterOrDigit(c);
            if ((word && !inWord) || (!word && !char.IsWhiteSpace(c)))
                words++;
            inWord = word;
        }
        return Math.Max(words, (text.Length - wide) / 4) + wide;
    }
}
