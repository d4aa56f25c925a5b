using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Embedders;

/// <summary>Embeds with OpenAI or a compatible server. Knows the dimensions, which the protocol does not tell before the first call.</summary>
internal sealed class OpenAiEmbeddingGenerator(IOptions<OpenAiOptions> options, LivePolicy policy)
    : DelegatingEmbeddingGenerator<string, Embedding<float>>(
        OpenAiClients.Create(options.Value, policy.Now.ForUpstream(UpstreamNames.Embeddings)).GetEmbeddingClient(options.Value.EmbeddingModel)
            .AsIEmbeddingGenerator())
{
    private readonly EmbeddingGeneratorMetadata metadata =
        new("openai", options.Value.BaseUrl, options.Value.EmbeddingModel, options.Value.EmbeddingDimensions);

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata : base.GetService(serviceType, serviceKey);
}
