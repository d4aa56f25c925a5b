namespace Navigator.Runtime.Upstreams;

/// <summary>The providers of chat models that the settings choose; null: no model is asked.</summary>
/// <param name="Answer">Writes answers.</param>
/// <param name="Small">Plans and translates.</param>
public sealed record ChatProviders(string? Answer, string? Small)
{
    public const string OpenAi = "openai";
    public const string Anthropic = "anthropic";

    public static ChatProviders From(IConfiguration configuration) => From(
        configuration.GetSection(OpenAiOptions.Section).Get<OpenAiOptions>() ?? new OpenAiOptions(),
        configuration.GetSection(AnthropicOptions.Section).Get<AnthropicOptions>() ?? new AnthropicOptions(),
        configuration.GetSection(ModelsOptions.Section).Get<ModelsOptions>() ?? new ModelsOptions());

    public static ChatProviders From(OpenAiOptions openAi, AnthropicOptions anthropic, ModelsOptions models)
    {
        var withKey = openAi.IsConfigured ? OpenAi : anthropic.IsConfigured ? Anthropic : null;
        var small = Chosen(models.Small);
        var hasSmall = small switch
        {
            OpenAi => openAi.SmallModel.Length > 0,
            Anthropic => anthropic.SmallModel.Length > 0,
            _ => true,
        };
        return new ChatProviders(Chosen(models.Answer), hasSmall ? small : null);

        string? Chosen(string? name) => string.IsNullOrWhiteSpace(name) ? withKey : name;
    }
}
