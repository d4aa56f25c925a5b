using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>Which provider runs which chat model: <c>openai</c>, <c>anthropic</c>, or another one that is registered.</summary>
public sealed record ModelsOptions
{
    public const string Section = "Models";

    /// <summary>
    /// The provider of the model that writes answers. Default: the one that has a key, OpenAI if both have one; without a key, passages are quoted.
    /// </summary>
    public string? Answer { get; init; }

    /// <summary>
    /// The provider of the small model, which plans, and translates without another provider. Default: the one that has a key, OpenAI if both have
    /// one; without a key, rules plan, and nothing is translated.
    /// </summary>
    public string? Small { get; init; }

    /// <summary>The setting that chooses the provider of an upstream, for people.</summary>
    internal static string SettingOf(string upstream) => $"{Section}__{(upstream == UpstreamNames.Answers ? nameof(Answer) : nameof(Small))}";
}
