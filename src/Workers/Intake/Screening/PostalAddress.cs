using System.Text.RegularExpressions;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Recognises postal addresses: a house number with a street, a post office box, a street corner, or the text after words such as "lives at",
/// with the apartment, place and postal code that follow. It relies on capitals and numbers, because street names come in many languages.
/// </summary>
internal static class PostalAddress
{
    /// <summary>Matches in linear time for any text.</summary>
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const string Number = "[0-9]{1,6}[A-Za-z]?";
    private const string Name = @"\p{Lu}[\p{L}\p{N}'’.-]*";
    private const string Small = @"(de|del|della|dei|di|da|do|la|le|los|las|van|der|den|the|u\.|út|utca|tér|terrasse)";
    private const string Kind =
        "(?i:street|streets|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|courts|ct|way|place|pl|terrace|ter|circle|cir"
        + "|square|sq|parkway|pkwy|highway|hwy|trail|alley|crescent|close|grove|crossroad|parade|row|walk)";

    /// <summary>Separators between the lines of an address, including an address quoted in a mail.</summary>
    private const string Between = @"[,\s>?]{1,8}";

    private const string Unit = $@"({Between}(?i:apt|apartment|suite|ste|unit)\.? ?#? ?[0-9][\w-]{{0,5}}|,? #[0-9]{{1,5}}\b)";
    private const string Place =
        $@"(({Between}(\(?\p{{L}}[\w'’.()-]* ?){{1,4}}|[,\s]{{1,8}}[0-9]{{1,3}}\b){{0,4}}"
        + $@"{Between}[0-9]{{4,5}}\b|({Between}{Name}( {Name}){{0,2}}){{1,3}})";
    private const string Rest = $"{Unit}{{0,2}}{Place}?";

    private static readonly Regex[] Forms =
    [
        // A number, a name, and a kind of street or a second number: 19902 Dobrovského 1394, 3911 Fourth Avenue.
        new($@"\b{Number}( {Number})?( ({Name}|{Small})){{1,5}} [0-9]{{1,4}}\b\.?{Rest}", Linear),
        new($@"\b{Number}( {Number})? ([NSEW]\.? )?(\p{{L}}[\p{{L}}\p{{N}}.'’-]* |[0-9]{{1,3}}(st|nd|rd|th) ){{1,4}}{Kind}\b\.?{Rest}",
            Linear | RegexOptions.IgnoreCase),
        // An apartment number marks the text before it as a street.
        new($@"([0-9]{{1,6}} [^\n0-9]{{2,40}}[0-9]{{0,4}}\.?)?{Unit}{Place}?", Linear),
        new(@"\bp\.? ?o\.? ?box [0-9]{1,6}\b|\b(psc|unit) [0-9]{1,5},? box [0-9]{1,5}(\s+[adf]po \w\w [0-9]{5})?|\b(uss|usns|usnv"
            + @"|uscgc) \p{L}+\s+[afd]po \w\w [0-9]{5}", Linear | RegexOptions.IgnoreCase),
        new($@"\bcorner of [^\n.?]{{5,60}}|{Name}( {Name}){{0,3}} [0-9]{{1,4}} and {Name}( {Name}){{0,2}}", Linear),
    ];

    private static readonly Regex Announced = new(
        $@"\b(?i:address(es)?( to| of [^\n]{{1,25}} is| is| with)?:?|(he|she|they|we|i|who|once|now|\p{{L}}+) lived? (on|at|in)"
            + @"( the \w+ side of)?|lives (on|at|in)( the \w+ side of)?|living at|located (at|on)|offices? (is|are) (at|on)|meet (you|me) at"
            + @"|drops? \w+ off at|station is (on|at|in)|restaurant is (on|at|in)|arrived at|return to|taxi to"
            + @"|sent to|send it to|moved to|mail to)"
            + $@"\s+(?<value>[^\n.;:?!]{{0,60}}[0-9][^\n;:?!]{{0,60}}{Place}?)",
        Linear);

    private static readonly Regex Date = new(@"^[0-9]{1,4} (?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", Linear);

    /// <summary>Returns the addresses in the order of the text. Adjacent ones are merged.</summary>
    public static IReadOnlyList<(int Start, int Length)> Find(string text)
    {
        var found = Forms.SelectMany(form => form.Matches(text)).Where(match => !Date.IsMatch(match.Value))
            .Select(match => (match.Index, match.Length))
            .Concat(Announced.Matches(text).Select(match => (match.Groups["value"].Index, match.Groups["value"].Length)))
            .Order();
        var merged = new List<(int Start, int Length)>();
        foreach (var (start, length) in found)
        {
            if (merged.Count > 0 && merged[^1] is var last && start <= last.Start + last.Length + 2)
                merged[^1] = (last.Start, Math.Max(last.Length, start + length - last.Start));
            else
                merged.Add((start, length));
        }
        // Trailing punctuation of the sentence is not part of the address.
        return [.. merged.Select(address => (address.Start, text.AsSpan(address.Start, address.Length).TrimEnd(" .,;?!\n\t>").Length))];
    }
}
