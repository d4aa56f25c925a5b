using System.Text.RegularExpressions;

namespace Navigator.Text;

/// <summary>
/// The expected answer type of a question, as far as English words show it: a telephone number, a web address, an amount, a time or duration, a
/// number, a name.
/// </summary>
public static partial class ExpectedAnswerType
{
    /// <returns>A pattern that matches a text with such an answer; null if the question does not imply a type.</returns>
    public static Regex? PatternOf(string question) =>
        AsksPhone().IsMatch(question) ? Phone()
        : AsksAddress().IsMatch(question) ? Address()
        : AsksAmount().IsMatch(question) ? Amount()
        : AsksTime().IsMatch(question) ? Time()
        : AsksCount().IsMatch(question) ? Count()
        : AsksName().IsMatch(question) ? Name()
        : null;

    [GeneratedRegex(@"\b(phone|telephone|call|reach|fax|TTY)\b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex AsksPhone();

    [GeneratedRegex(@"\b(website|web site|web page|web address|log in|online|email|e-mail)\b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex AsksAddress();

    [GeneratedRegex(
        @"\b(how much|costs?|pay|price|fees?|copay\w*|coinsurance|deductible|premium|limit|maximum|the most|my (share|slice|part)|set me back)\b",
        RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex AsksAmount();

    [GeneratedRegex(@"\b(how (often|long|soon|fast|quickly|far back)|when|what time|hours|deadline|how many (days|weeks|months|years|minutes))\b",
        RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex AsksTime();

    [GeneratedRegex(@"\b(how many|number of)\b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex AsksCount();

    [GeneratedRegex(@"\b(who|whom|whose|which (organi[sz]ation|company|agency|office|law))\b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex AsksName();

    [GeneratedRegex(@"\b(1-)?[0-9]{3}-[0-9]{3}-[0-9]{4}\b|\([0-9]{3}\) ?[0-9]{3}-[0-9]{4}", RegexOptions.None, 10_000)]
    private static partial Regex Phone();

    [GeneratedRegex(@"\b\w+@\w|\bhttps?://|\bwww\.|\b[a-z0-9-]{2,}\.(com|org|gov|net|edu)\b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"[$€£]\s?[0-9]|[0-9]\s?%", RegexOptions.None, 10_000)]
    private static partial Regex Amount();

    [GeneratedRegex(
        @"\b([0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)[ -]((full|calendar|business|consecutive) )?"
            + @"(minute|hour|day|week|month|year)s?\b"
            + @"|\b(every|each|per|once an?) (day|week|month|quarter|year)\b|\b[0-9]{1,2}(:[0-9]{2})? ?[ap]\.?m\b|\b(noon|midnight)\b"
            + @"|\b(January|February|March|April|May|June|July|August|September|October|November|December) [0-9]{1,2}\b"
            + @"|\b[0-9]{1,2}(st|nd|rd|th) of\b",
        RegexOptions.None, 10_000)]
    private static partial Regex Time();

    [GeneratedRegex(@"\b([0-9]+|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b", RegexOptions.None, 10_000)]
    private static partial Regex Count();

    [GeneratedRegex(@"\b[A-Z][\w’'-]+ ((of|for|and|the|on) )*[A-Z][\w’'-]+", RegexOptions.None, 10_000)]
    private static partial Regex Name();
}
