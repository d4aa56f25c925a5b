using System.Globalization;
using System.Text.RegularExpressions;
using Navigator.Runtime;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>
/// Checks a model's reply against its sources. Quotes that no source contains, markers without a source and invented amounts are removed or
/// rejected before the answer is stored.
/// </summary>
internal static class AnswerReview
{
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const int MaxFollowUps = 3;
    private const int MaxFollowUp = 160;

    /// <summary>A statement without a quote keeps its marker if the source contains at least this share of the statement's words.</summary>
    private const double LeastShare = 0.5;

    private static readonly Regex Marker = new(@" ?\[([0-9]{1,4})\]", Linear);

    /// <summary>[1, 2] and [1; 2] become one marker each, because callers search for [n].</summary>
    private static readonly Regex List = new(@"\[[0-9]{1,4}([,;] ?[0-9]{1,4})+\]", Linear);

    private static readonly Regex Amount = new(@"[$€£¥] ?[0-9][0-9.,]*|[0-9][0-9.,]* ?(%|percent\b|dollars?\b)", Linear | RegexOptions.IgnoreCase);

    /// <returns>The problem with the reply, told to the model; null if there is none.</returns>
    public static string? Complaint(AnswerReply reply, string question, IReadOnlyList<Source> sources)
    {
        if (string.IsNullOrWhiteSpace(reply.Answer))
            return "answer is empty.";
        if (reply.Quotes.Any(quote => quote?.Quote is null) || reply.FollowUps.Any(next => next is null))
            return "quotes and follow_ups hold no null.";
        if (!reply.Answered || sources.Count == 0)
            return null;
        var known = sources.Select(source => source.SanitizedText).Append(question).SelectMany(AmountsIn).ToHashSet(StringComparer.Ordinal);
        if (AmountsIn(reply.Answer).FirstOrDefault(amount => !known.Contains(amount)) is { } invented)
            return $"the amount {invented} stands in no source. Copy amounts exactly, and calculate none.";
        return Verify(reply, sources).Quotes.Count == 0
            ? "no statement is borne out: name a source in brackets after each statement, and quote from it word for word in quotes." : null;
    }

    /// <param name="maxLength">Maximum length of the answer, in characters.</param>
    public static JobAnswer Review(AnswerReply reply, string language, string model, Evidence evidence, int maxLength)
    {
        var sources = evidence.Sources;
        var (text, quotes, dropped) = Verify(reply, sources);
        NavigatorMeter.CitationsDropped.Add(dropped);
        var cited = quotes.Select(quote => sources[quote.Key - 1].Cite(quote.Value)).ToList();
        var isCut = reply.IsCut || text.Length > maxLength;
        return new JobAnswer
        {
            Text = text.Length <= maxLength ? text : Shorten(text, maxLength),
            Language = language,
            Model = model,
            Citations = cited,
            Confidence = reply.Answered
                ? Confidence.Of(evidence.Probability, [.. quotes.Keys.Select(number => sources[number - 1])], dropped)
                : 0,
            FollowUps = [.. reply.FollowUps.Select(next => Clean(next, sources)).Where(next => next.Length is > 0 and <= MaxFollowUp).Distinct()
                .Take(MaxFollowUps)],
            Truncated = isCut,
            DroppedCitations = dropped,
        };
    }

    private static (string Text, SortedDictionary<int, string> Quotes, int Dropped) Verify(AnswerReply reply, IReadOnlyList<Source> sources)
    {
        var text = Clean(List.Replace(reply.Answer,
            match => string.Concat(match.Value.Split([',', ';', '[', ']', ' '], StringSplitOptions.RemoveEmptyEntries)
                .Select(number => $"[{number}]"))), sources);
        var (quotes, dropped) = (new SortedDictionary<int, string>(), new HashSet<int>());
        foreach (Match match in Marker.Matches(text))
        {
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (quotes.ContainsKey(number) || dropped.Contains(number))
                continue;
            if (reply.Answered && number >= 1 && number <= sources.Count
                && QuoteFor(number, StatementBefore(text, match.Index), reply, sources[number - 1]) is { } quote)
                quotes.Add(number, quote);
            else
                dropped.Add(number);
        }
        // Removes markers whose source does not exist or does not support the statement.
        text = Marker.Replace(text, match => dropped.Contains(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) ? "" : match.Value);
        return (text.Trim(), quotes, dropped.Count);
    }

    private static string? QuoteFor(int number, string statement, AnswerReply reply, Source source)
    {
        var given = reply.Quotes.Where(quote => quote.Source == number).ToList();
        if (given.Count > 0)
            return given.Select(quote => Quotes.Find(source.Text, quote.Quote)).FirstOrDefault(found => found is not null);
        // Without a quote the source must at least contain the statement's words.
        var words = Terms.Of(statement).ToHashSet(StringComparer.Ordinal);
        return words.Count > 0 && Terms.Of(source.SanitizedText).Distinct(StringComparer.Ordinal).Count(words.Contains) >= words.Count * LeastShare
            ? Quotes.Best(source.Text, statement) : null;
    }

    private static string StatementBefore(string text, int marker)
    {
        var before = Marker.Replace(text[..marker], "");
        var sentences = Sentences.Of(before);
        return sentences.Count == 0 ? "" : before[sentences[^1]];
    }

    private static IEnumerable<string> AmountsIn(string text) => Amount.Matches(text).Select(match => Plain(match.Value));

    /// <summary>Normalizes an amount: $ 1,500.00 and $1500 are equal.</summary>
    private static string Plain(string amount)
    {
        var digits = string.Concat(amount.Where(c => char.IsAsciiDigit(c) || c == '.')).TrimEnd('.');
        var number = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value.ToString("0.####", CultureInfo.InvariantCulture)
            : digits;
        return amount.Contains('%', StringComparison.Ordinal) || amount.Contains("percent", StringComparison.OrdinalIgnoreCase)
            ? $"{number}%"
            : number;
    }

    private static string Clean(string text, IReadOnlyList<Source> sources) =>
        ActiveContent.Remove(text, sources.Select(source => source.Url).OfType<string>().ToHashSet(StringComparer.Ordinal)).Trim();

    /// <summary>Cuts at the end of a sentence if there is one.</summary>
    private static string Shorten(string text, int maxLength)
    {
        var end = text.LastIndexOfAny(['.', '!', '?', ']'], maxLength - 1);
        return text[..(end > maxLength / 2 ? end + 1 : maxLength)] + " …";
    }
}
