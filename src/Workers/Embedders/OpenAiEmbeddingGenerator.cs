using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using OpenAI.Embeddings;

namespace Navigator.Workers.Embedders;

/// <summary>
/// Embeds with OpenAI or a compatible server. The adapter of Microsoft.Extensions.AI.OpenAI is not used, because it ignores which text a vector
/// belongs to: a server may return them in another order.
/// </summary>
internal sealed class OpenAiEmbeddingGenerator(IOptions<OpenAiOptions> options, LivePolicy policy) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const string Upstream = UpstreamNames.Embeddings;

    private readonly EmbeddingClient client =
        OpenAiClients.Create(options.Value, policy.Now.ForUpstream(Upstream)).GetEmbeddingClient(options.Value.EmbeddingModel);

    private readonly EmbeddingGeneratorMetadata metadata =
        new("openai", options.Value.BaseUrl, options.Value.EmbeddingModel, options.Value.EmbeddingDimensions);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, Microsoft.Extensions.AI.EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var found = (await client.GenerateEmbeddingsAsync(values, cancellationToken: cancellationToken)).Value;
        var vectors = found.OrderBy(embedding => embedding.Index).ToList();
        if (vectors.Where((embedding, place) => embedding.Index != place).Any())
            throw new UpstreamException(Upstream, UpstreamFailure.Invalid, "vectors that do not belong to the texts");
        return new GeneratedEmbeddings<Embedding<float>>(vectors.Select(embedding => new Embedding<float>(embedding.ToFloats())))
        {
            Usage = new UsageDetails { InputTokenCount = found.Usage?.InputTokenCount, TotalTokenCount = found.Usage?.TotalTokenCount },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata : null;

    public void Dispose()
    {
        // The client's connections end with the process.
    }
}
