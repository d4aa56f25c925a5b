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

    /// <summary>Upstreams that are chat models, which any provider may serve.</summary>
    public static readonly IReadOnlyList<string> Chat = [Translations, Plans, Answers];

    /// <summary>The name of an upstream's bulkhead, breaker and rate for one of its providers.</summary>
    /// <param name="provider">Null: the only one.</param>
    public static string Of(string upstream, string? provider) => provider is null ? upstream : $"{upstream}/{provider}";
}
