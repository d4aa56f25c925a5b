using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>Which tools, and what to ask them: data on the row, made by planning.</summary>
/// <param name="Question">What is to be answered, understandable by itself: screened, translated, with what the conversation adds to it.</param>
/// <param name="Language">BCP 47 tag of the language that the question was asked in; "und" where nobody could tell.</param>
/// <param name="First">What the first wave asks.</param>
public sealed record JobPlan(string Question, string Language, WaveQueries First)
{
    public const string Rules = "rules";

    /// <summary>Who made it: a model's name, or <see cref="Rules"/>.</summary>
    public string By { get; init; } = Rules;

    /// <summary>The question was translated, and so the answer is translated back into <see cref="Language"/>.</summary>
    public bool Translated { get; init; }

    /// <summary>A greeting, thanks, a farewell: there is nothing to look for.</summary>
    public bool SmallTalk { get; init; }

    /// <summary>What to ask when the first wave found nothing good enough; null when there is no more to ask.</summary>
    public WaveQueries? Second { get; init; }

    /// <summary>The wave of tools that runs or ran last: 1 or 2.</summary>
    public int Wave { get; init; } = 1;

    /// <summary>What this wave asks.</summary>
    public WaveQueries Queries() => Wave == 2 && Second is not null ? Second : First;

    /// <summary>The tools that this wave calls on, in their order.</summary>
    public IReadOnlyList<Tool> Tools() => Queries().Tools();
}

/// <summary>What one wave asks of each tool. A tool that has no query is not called on.</summary>
public sealed class WaveQueries(params IEnumerable<(Tool Tool, IReadOnlyList<string> Queries)> asked)
{
    public static WaveQueries None { get; } = new();

    /// <summary>In the order that the tools are called on.</summary>
    public IReadOnlyList<(Tool Tool, IReadOnlyList<string> Queries)> All { get; } = [.. asked.Where(each => each.Queries.Count > 0)];

    public IReadOnlyList<Tool> Tools() => [.. All.Select(each => each.Tool)];

    /// <summary>The queries for one tool; empty when it is not called on.</summary>
    public IReadOnlyList<string> Of(Tool tool) => All.FirstOrDefault(each => each.Tool == tool).Queries ?? [];
}
