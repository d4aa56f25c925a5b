using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake.Planning;

/// <summary>What is to be planned.</summary>
/// <param name="Question">Screened, in the language that the rest of the road works in where that was possible.</param>
/// <param name="Asked">The question in its own words, where it was translated; null where it was not.</param>
/// <param name="Language">BCP 47 tag of the language that it was asked in.</param>
/// <param name="Web">May the web be asked, and is there anybody to ask?</param>
/// <param name="Turns">What was said before, oldest first.</param>
internal sealed record Wish(string Question, string? Asked, string Language, bool Web, IReadOnlyList<Turn> Turns)
{
    /// <summary>Queries per tool and wave.</summary>
    public const int MaxQueries = 3;

    /// <summary>A plan out of somebody's choice of queries: within bounds, and nothing for the web that tells who somebody is.</summary>
    public JobPlan Plan(string by, string question, IEnumerable<string> documents, IEnumerable<string> web, IEnumerable<string> reworded)
    {
        var first = Distinct(documents);
        var firstWeb = Web ? Distinct(web.Select(query => WebQueries.Harmless(query, this))) : [];
        if (first.Count + firstWeb.Count == 0)
            first = [question];
        // A document in the language of the question is found by the question's own words; in any other those only lead astray.
        var second = Distinct(new[] { question, Asked ?? "" }.Concat(reworded));
        var secondWeb = Web && firstWeb.Count == 0 ? [WebQueries.Harmless(question, this)] : Array.Empty<string>();
        var again = second.Except(first, StringComparer.OrdinalIgnoreCase).Any() ? second : [];
        return new JobPlan(question, Language, first, firstWeb)
        {
            By = by,
            Translated = Asked is not null,
            Second = again.Count + secondWeb.Length > 0 ? new WaveQueries(again, secondWeb) : null,
        };
    }

    private static IReadOnlyList<string> Distinct(IEnumerable<string> queries) =>
        [.. queries.Select(query => query.Trim()).Where(query => query.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxQueries)];
}
