using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake.Planning;

/// <summary>What is to be planned.</summary>
/// <param name="Question">Screened, in the language that the rest of the road works in where that was possible.</param>
/// <param name="Asked">The question in its own words, where it was translated; null where it was not.</param>
/// <param name="Language">BCP 47 tag of the language that it was asked in.</param>
/// <param name="Tools">Those that may be asked about it, in the order that a plan calls on them.</param>
/// <param name="Turns">What was said before, oldest first.</param>
internal sealed record Wish(string Question, string? Asked, string Language, IReadOnlyList<ToolDescriptor> Tools, IReadOnlyList<Turn> Turns)
{
    /// <summary>Queries per tool and wave.</summary>
    public const int MaxQueries = 3;

    /// <summary>A plan out of somebody's choice of queries: within bounds, and nothing for an external tool that tells who somebody is.</summary>
    /// <param name="queries">What each tool is to be asked.</param>
    public JobPlan Plan(string by, string question, Func<ToolDescriptor, IEnumerable<string>> queries, IEnumerable<string> reworded)
    {
        var first = Tools.Select(tool => (Tool: tool, Queries: Clean(tool, queries(tool)))).ToList();
        if (first.TrueForAll(asked => asked.Queries.Count == 0))
            first = [.. first.Select(asked => asked.Tool.Planning.IsFallback ? (asked.Tool, Clean(asked.Tool, [question])) : asked)];
        // A document in the language of the question is found by the question's own words; in any other those only lead astray.
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
