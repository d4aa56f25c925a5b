using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using Navigator.Runtime.Limits;
using OpenAI;

namespace Navigator.Runtime.Upstreams;

/// <summary>Creates the official client without its own retries and timeouts, because its retry obeys a Retry-After of days.</summary>
public static class OpenAiClients
{
    /// <summary>The chat model of an upstream.</summary>
    /// <exception cref="StartupException">The key is missing.</exception>
    internal static IChatClient Create(OpenAiOptions options, string upstream, UpstreamLimits limits) => options.IsConfigured
        ? Create(options, limits).GetChatClient(upstream == UpstreamNames.Answers ? options.AnswerModel : options.SmallModel).AsIChatClient()
        : throw new StartupException($"{ModelsOptions.SettingOf(upstream)} is openai, but OpenAI__ApiKey is not set.");

    public static OpenAIClient Create(OpenAiOptions options, UpstreamLimits limits) => Create(options.BaseUrl, options.ApiKey!, limits);

    public static OpenAIClient Create(Uri baseUrl, string key, UpstreamLimits limits) => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions
        {
            Endpoint = baseUrl,
            Transport = new HttpClientPipelineTransport(UpstreamHttp.ForModels(limits)),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            UserAgentApplicationId = "navigator",
        });
}
