using System.ClientModel;
using System.ClientModel.Primitives;
using Navigator.Runtime.Limits;
using OpenAI;

namespace Navigator.Runtime.Upstreams;

/// <summary>Creates the official client without its own retries and timeouts, because its retry obeys a Retry-After of days.</summary>
public static class OpenAiClients
{
    public static OpenAIClient Create(OpenAiOptions options, UpstreamLimits limits) => Create(options.BaseUrl, options.ApiKey!, limits);

    public static OpenAIClient Create(Uri baseUrl, string key, UpstreamLimits limits) => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions
        {
            Endpoint = baseUrl,
            Transport = new HttpClientPipelineTransport(UpstreamHttp.Create(limits)),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            UserAgentApplicationId = "navigator",
        });
}
