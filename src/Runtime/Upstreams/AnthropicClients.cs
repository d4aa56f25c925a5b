using Anthropic;
using Microsoft.Extensions.AI;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>Creates the official client without its own retries, timeout and spans, and without the settings that it reads by itself.</summary>
internal static class AnthropicClients
{
    /// <exception cref="StartupException">The key is missing.</exception>
    public static IChatClient Create(AnthropicOptions options, string upstream, UpstreamLimits limits)
    {
        if (!options.IsConfigured)
            throw new StartupException($"{ModelsOptions.SettingOf(upstream)} is anthropic, but Anthropic__ApiKey is not set.");
        var client = new AnthropicClient
        {
            ApiKey = options.ApiKey,
            BaseUrl = options.BaseUrl.ToString().TrimEnd('/'),
            HttpClient = UpstreamHttp.ForModels(limits),
            MaxRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            OpenTelemetry = false,
        };
        return client.AsIChatClient(upstream == UpstreamNames.Answers ? options.AnswerModel : options.SmallModel);
    }
}
