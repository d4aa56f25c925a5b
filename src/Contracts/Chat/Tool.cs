namespace Navigator.Contracts.Chat;

/// <summary>The name of a tool in snake_case, as it is stored and as <c>degraded</c> shows it.</summary>
public readonly record struct Tool(string Name)
{
    /// <summary>The owner's own documents: embed the queries, retrieve passages.</summary>
    public static readonly Tool Documents = new("documents");

    /// <summary>The web, through Tavily.</summary>
    public static readonly Tool WebSearch = new("web_search");

    public override string ToString() => Name;
}
