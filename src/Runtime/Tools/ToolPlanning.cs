namespace Navigator.Runtime.Tools;

/// <summary>The tool's part in planning: the texts for a planning model, and the rules used without a model.</summary>
public sealed record ToolPlanning
{
    /// <summary>The member of the planning model's reply that contains the tool's queries, such as <c>web_queries</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Tells the model what the tool is: "a search on the web".</summary>
    public required string Description { get; init; }

    /// <summary>Tells the model when and how to query the tool.</summary>
    public required string Instruction { get; init; }

    /// <summary>Text for the model beside a question for which the tool is allowed; null: none.</summary>
    public string? Allowed { get; init; }

    /// <summary>Text for the model beside a question for which the tool is not allowed; null: none.</summary>
    public string? Forbidden { get; init; }

    /// <summary>True if the queries go to an external server. They must not contain personal data.</summary>
    public bool IsExternal { get; init; }

    /// <summary>True if the tool gets the question itself when no tool has a query.</summary>
    public bool IsFallback { get; init; }

    /// <summary>Rule form: returns the queries for a question. Without queries the tool is not used.</summary>
    public required Func<string, IReadOnlyList<string>> QueriesByRule { get; init; }

    /// <summary>Returns the tool's queries of the second wave.</summary>
    public SecondWaveQueries InSecondWave { get; init; } = (_, _) => [];
}

/// <param name="first">The tool's queries in the first wave.</param>
/// <param name="others">The question and its query expansions.</param>
public delegate IReadOnlyList<string> SecondWaveQueries(IReadOnlyList<string> first, IReadOnlyList<string> others);
