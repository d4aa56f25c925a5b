namespace Navigator.Runtime.Limits;

/// <summary>Whom the workers call; each has its entry in concurrency.yaml.</summary>
public static class UpstreamNames
{
    public const string Embeddings = "embeddings";
    public const string Translations = "translations";
    public const string Moderations = "moderations";
    public const string Plans = "plans";
    public const string Answers = "answers";
    public const string Tavily = "tavily";

    /// <summary>Those that there are whatever tools there are.</summary>
    public static readonly IReadOnlyList<string> All = [Translations, Moderations, Plans, Embeddings, Answers];
}
