namespace Navigator.Runtime.Tools;

/// <summary>How planning knows a tool: what a model is told of it, and what rules do where no model plans.</summary>
public sealed record ToolPlanning
{
    /// <summary>The member of a planning model's reply that holds its queries, such as <c>web_queries</c>.</summary>
    public required string Key { get; init; }

    /// <summary>What it is, for the model: "a search on the web".</summary>
    public required string Description { get; init; }

    /// <summary>When and how to query it, for the model.</summary>
    public required string Instruction { get; init; }

    /// <summary>What the model is told beside a question for which the tool may be asked; null: nothing.</summary>
    public string? Allowed { get; init; }

    /// <summary>The same for a question for which it may not.</summary>
    public string? Forbidden { get; init; }

    /// <summary>Its queries leave for other people's servers: nothing in them may tell who somebody is.</summary>
    public bool IsExternal { get; init; }

    /// <summary>It is asked the question itself when nothing else is asked.</summary>
    public bool IsFallback { get; init; }

    /// <summary>Rule form: the queries for a question; none: it is not asked.</summary>
    public required Func<string, IReadOnlyList<string>> QueriesByRule { get; init; }

    /// <summary>What the second wave asks it.</summary>
    public SecondWaveQueries InSecondWave { get; init; } = (_, _) => [];
}

/// <param name="first">What it is asked in the first wave.</param>
/// <param name="others">The question, and other words for it.</param>
public delegate IReadOnlyList<string> SecondWaveQueries(IReadOnlyList<string> first, IReadOnlyList<string> others);
