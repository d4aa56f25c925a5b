namespace Navigator.Text;

/// <summary>How many tokens a model will count, near enough for budgets.</summary>
public static class Tokens
{
    /// <summary>
    /// Four characters of English make a token, but no word or symbol makes less than one; scripts without spaces take about
    /// one a character. Errs on the high side: within 20 % of cl100k on prose, more on tables.
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
