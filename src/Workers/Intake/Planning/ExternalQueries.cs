using Navigator.Workers.Intake.Screening;

namespace Navigator.Workers.Intake.Planning;

/// <summary>Removes personal data from queries to external servers, even if a planner has written it in another form.</summary>
internal static class ExternalQueries
{
    /// <summary>Shorter data is not compared, because it occurs in texts by chance. "12 Main St" is compared as "12mainst".</summary>
    private const int LeastLength = 5;

    /// <summary>Maximum length of a query. A question of thousands of characters is cut to it.</summary>
    private const int MaxLength = 400;

    public static string Harmless(string query, PlanningRequest request)
    {
        var redacted = PersonalData.Redact(query);
        var known = new[] { request.Question, request.Asked ?? "" }.Concat(request.Turns.Select(turn => turn.Question))
            .SelectMany(text => PersonalData.Find(text).Select(datum => Bare(text.Substring(datum.Start, datum.Length))))
            .Where(value => value.Length >= LeastLength);
        var bare = Bare(redacted);
        if (known.Any(value => bare.Contains(value, StringComparison.Ordinal)))
            redacted = PersonalData.Redact(request.Question);
        return redacted.Length <= MaxLength ? redacted : redacted[..MaxLength];
    }

    private static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
