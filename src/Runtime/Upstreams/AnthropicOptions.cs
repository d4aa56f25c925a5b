using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Upstreams;

/// <summary>Anthropic, for answers and small models. It has no embeddings and no moderation.</summary>
public sealed record AnthropicOptions
{
    public const string Section = "Anthropic";

    /// <summary>
    /// The key of the server. Alone it makes Anthropic the provider of all chat models; beside OpenAI's key, <c>Models__Answer</c> and
    /// <c>Models__Small</c> choose.
    /// </summary>
    public string? ApiKey { get; init; }

    /// <summary>Address of the API, without its version. Default: Anthropic.</summary>
    [HttpAddress] public Uri BaseUrl { get; init; } = new("https://api.anthropic.com");

    /// <summary>The model that writes answers.</summary>
    [Required] public string AnswerModel { get; init; } = "claude-sonnet-5-5";

    /// <summary>Plans, and translates without another provider. Empty: rules plan, and nothing is translated. Default: claude-haiku-5-5.</summary>
    public string SmallModel { get; init; } = "claude-haiku-5-5";

    public bool IsConfigured => !string.IsNullOrWhiteSpace(ApiKey);
}
