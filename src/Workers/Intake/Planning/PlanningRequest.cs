using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake.Planning;

/// <summary>The input of planning.</summary>
/// <param name="Question">The screened question, in the working language if it could be translated.</param>
/// <param name="Asked">The question in its original language; null if it was not translated.</param>
/// <param name="Language">BCP 47 tag of the original language.</param>
/// <param name="Tools">Tools that may be used for the question, in their order in a plan.</param>
/// <param name="Turns">The conversation context, oldest first.</param>
internal sealed record PlanningRequest(
    string Question, string? Asked, string Language, IReadOnlyList<ToolDescriptor> Tools, IReadOnlyList<ConversationTurn> Turns)
{
    /// <summary>Maximum number of queries for each tool and wave.</summary>
    public const int MaxQueries = 3;

    /// <summary>Builds a plan from chosen queries. Limits their number and removes personal data from queries to external tools.</summary>
    /// <param name="queries">The queries for each tool.</param>
    public JobPlan Plan(string by, string question, Func<ToolDescriptor, IEnumerable<string>> queries, IEnumerable<string> reworded)
    {
        var first = Tools.Select(tool => (Tool: tool, Queries: Clean(tool, queries(tool)))).ToList();
        if (first.TrueForAll(asked => asked.Queries.Count == 0))
            first = [.. first.Select(asked => asked.Tool.Planning.IsFallback ? (asked.Tool, Clean(asked.Tool, [question])) : asked)];
        // The original wording finds documents in the question's language. It only misleads a search in documents of other languages.
        var others = Distinct(new[] { question, Asked ?? "" }.Concat(reworded));
        var second = WaveOf(first.Select(asked => (asked.Tool, Clean(asked.Tool, asked.Tool.Planning.InSecondWave(asked.Queries, others)))));
        return new JobPlan(question, Language, WaveOf(first))
        {
            By = by,
            Translated = Asked is not null,
            Second = second.All.Count > 0 ? second : null,
        };
    }

    private static WaveQueries WaveOf(IEnumerable<(ToolDescriptor Tool, IReadOnlyList<string> Queries)> asked) =>
        new(asked.Select(each => (each.Tool.Name, each.Queries)));

    private IReadOnlyList<string> Clean(ToolDescriptor tool, IEnumerable<string> queries) =>
        Distinct(tool.Planning.IsExternal ? queries.Select(query => ExternalQueries.Harmless(query, this)) : queries);

    private static IReadOnlyList<string> Distinct(IEnumerable<string> queries) =>
        [.. queries.Select(query => query.Trim()).Where(query => query.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxQueries)];
}
