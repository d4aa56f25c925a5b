namespace Navigator.Runtime.Limits;

/// <summary>The upstreams that workers call. Each has an entry in concurrency.yaml.</summary>
public static class UpstreamNames
{
    public const string Embeddings = "embeddings";
    public const string Translations = "translations";
    public const string Moderations = "moderations";
    public const string Plans = "plans";
    public const string Answers = "answers";
    public const string Tavily = "tavily";

    /// <summary>Upstreams that exist with any set of tools.</summary>
    public static readonly IReadOnlyList<string> All = [Translations, Moderations, Plans, Embeddings, Answers];
}
