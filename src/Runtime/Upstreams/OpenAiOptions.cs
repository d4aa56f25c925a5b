using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Upstreams;

/// <summary>OpenAI, or any server that speaks its protocol. Without a key the offline providers serve.</summary>
public sealed record OpenAiOptions
{
    public const string Section = "OpenAI";

    /// <summary>The key of the server. Unset: the offline providers serve.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Where the API lives, its version included. Default: OpenAI.</summary>
    [HttpAddress] public Uri BaseUrl { get; init; } = new("https://api.openai.com/v1");

    /// <summary>A model whose vectors have 1,536 dimensions.</summary>
    [Required] public string EmbeddingModel { get; init; } = "text-embedding-3-small";

    /// <summary>The model that writes answers.</summary>
    [Required] public string AnswerModel { get; init; } = "gpt-4o-mini";

    /// <summary>Plans, and translates where no other provider is named. Empty: rules plan, and nobody translates. Default: gpt-4o-mini.</summary>
    public string SmallModel { get; init; } = "gpt-4o-mini";

    /// <summary>Looks at questions before they are answered. Empty: rules alone do. Default: omni-moderation-latest.</summary>
    public string ModerationModel { get; init; } = "omni-moderation-latest";

    public bool IsConfigured => !string.IsNullOrWhiteSpace(ApiKey);
    public bool Plans => IsConfigured && SmallModel.Length > 0;
    public bool Moderates => IsConfigured && ModerationModel.Length > 0;
}
