using System.Text.RegularExpressions;

namespace Navigator.Text;

/// <summary>The expected answer type of a question, as far as English words show it: an amount, a number, a telephone number.</summary>
public static partial class ExpectedAnswerType
{
    /// <returns>A pattern that matches a text with such an answer; null if the question does not imply a type.</returns>
    public static Regex? PatternOf(string question) =>
        AsksPhone().IsMatch(question) ? Phone() : AsksAmount().IsMatch(question) ? Amount() : AsksCount().IsMatch(question) ? Count() : null;

    [GeneratedRegex(@"\b(phone|telephone|call|reach|fax)\b", RegexOptions.IgnoreCase, 200)]
    private static partial Regex AsksPhone();

    [GeneratedRegex(@"\b(how much|costs?|pay|price|fees?|copay\w*|coinsurance|deductible|premium|limit|maximum|the most)\b", RegexOptions.IgnoreCase,
        200)]
    private static partial Regex AsksAmount();

    [GeneratedRegex(@"\b(how many|how often|how long|number of)\b", RegexOptions.IgnoreCase, 200)]
    private static partial Regex AsksCount();

    [GeneratedRegex(@"\b(1-)?[0-9]{3}-[0-9]{3}-[0-9]{4}\b|\([0-9]{3}\) ?[0-9]{3}-[0-9]{4}", RegexOptions.None, 200)]
    private static partial Regex Phone();

    [GeneratedRegex(@"[$€£]\s?[0-9]|[0-9]\s?%", RegexOptions.None, 200)]
    private static partial Regex Amount();

    [GeneratedRegex(@"\b[0-9]+\b", RegexOptions.None, 200)]
    private static partial Regex Count();
}
