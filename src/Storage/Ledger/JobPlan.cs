using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>The tools and their queries, as planning chose them. Stored in the job's row.</summary>
/// <param name="Question">The question that is answered: screened, translated, with the context of the conversation.</param>
/// <param name="Language">BCP 47 tag of the question's language; "und" if it could not be detected.</param>
/// <param name="First">The queries of the first wave.</param>
public sealed record JobPlan(string Question, string Language, WaveQueries First)
{
    public const string Rules = "rules";

    /// <summary>What made the plan: a model's name, or <see cref="Rules"/>.</summary>
    public string By { get; init; } = Rules;

    /// <summary>True if the question was translated. The answer is then translated back into <see cref="Language"/>.</summary>
    public bool Translated { get; init; }

    /// <summary>True for a greeting, thanks or a farewell, which need no search.</summary>
    public bool SmallTalk { get; init; }

    /// <summary>The queries of the second wave, which follows if the first found no good match; null: no second wave.</summary>
    public WaveQueries? Second { get; init; }

    /// <summary>The current or last wave of tools: 1 or 2.</summary>
    public int Wave { get; init; } = 1;

    /// <summary>Returns the queries of the current wave.</summary>
    public WaveQueries Queries() => Wave == 2 && Second is not null ? Second : First;

    /// <summary>Returns the tools of the current wave, in their order.</summary>
    public IReadOnlyList<Tool> Tools() => Queries().Tools();
}

/// <summary>The queries of one wave by tool. A tool without a query is not used.</summary>
public sealed class WaveQueries(params IEnumerable<(Tool Tool, IReadOnlyList<string> Queries)> asked)
{
    public static WaveQueries None { get; } = new();

    /// <summary>The queries in the order of the tools.</summary>
    public IReadOnlyList<(Tool Tool, IReadOnlyList<string> Queries)> All { get; } = [.. asked.Where(each => each.Queries.Count > 0)];

    public IReadOnlyList<Tool> Tools() => [.. All.Select(each => each.Tool)];

    /// <summary>Returns the queries for one tool; empty if it is not used.</summary>
    public IReadOnlyList<string> Of(Tool tool) => All.FirstOrDefault(each => each.Tool == tool).Queries ?? [];
}
