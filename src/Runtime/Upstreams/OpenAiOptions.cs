using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Upstreams;

/// <summary>OpenAI or a compatible server, for answers, small models, moderation and embeddings.</summary>
public sealed record OpenAiOptions
{
    public const string Section = "OpenAI";

    /// <summary>The key of the server. Unset: its models are not asked.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Address of the API, including its version. Default: OpenAI.</summary>
    [HttpAddress] public Uri BaseUrl { get; init; } = new("https://api.openai.com/v1");

    /// <summary>The embedding model.</summary>
    [Required] public string EmbeddingModel { get; init; } = "text-embedding-3-small";

    /// <summary>Numbers in each vector of the embedding model. A response with another number is an error. Default: 1,536.</summary>
    [Range(1, 4_000)] public int EmbeddingDimensions { get; init; } = 1_536;

    /// <summary>The model that writes answers.</summary>
    [Required] public string AnswerModel { get; init; } = "gpt-4o-mini";

    /// <summary>Plans, and translates without another provider. Empty: rules plan, and nothing is translated. Default: gpt-4o-mini.</summary>
    public string SmallModel { get; init; } = "gpt-4o-mini";

    /// <summary>Screens questions in addition to the rules. Empty: only the rules screen. Default: omni-moderation-latest.</summary>
    public string ModerationModel { get; init; } = "omni-moderation-latest";

    public bool IsConfigured => !string.IsNullOrWhiteSpace(ApiKey);
    public bool Moderates => IsConfigured && ModerationModel.Length > 0;
}
