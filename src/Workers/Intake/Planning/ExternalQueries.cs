using Navigator.Workers.Intake.Screening;

namespace Navigator.Workers.Intake.Planning;

/// <summary>Holds back from other people's servers what tells who somebody is, also where a planner has written it in another way.</summary>
internal static class ExternalQueries
{
    /// <summary>Shorter ones ("12 Main St" as "12mainst" is nine) stand in texts by chance.</summary>
    private const int LeastLength = 5;

    /// <summary>Longer than anybody's search; what a whole question of thousands of characters is cut to.</summary>
    private const int MaxLength = 400;

    public static string Harmless(string query, Wish wish)
    {
        var redacted = PersonalData.Redact(query);
        var known = new[] { wish.Question, wish.Asked ?? "" }.Concat(wish.Turns.Select(turn => turn.Question))
            .SelectMany(text => PersonalData.Find(text).Select(datum => Bare(text.Substring(datum.Start, datum.Length))))
            .Where(value => value.Length >= LeastLength);
        var bare = Bare(redacted);
        if (known.Any(value => bare.Contains(value, StringComparison.Ordinal)))
            redacted = PersonalData.Redact(wish.Question);
        return redacted.Length <= MaxLength ? redacted : redacted[..MaxLength];
    }

    private static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
