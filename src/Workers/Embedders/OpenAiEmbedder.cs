using Microsoft.Extensions.Options;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;
using OpenAI.Embeddings;

namespace Navigator.Workers.Embedders;

/// <summary>Embeds with OpenAI or a compatible server.</summary>
internal sealed class OpenAiEmbedder : IEmbedder
{
    private const string Upstream = UpstreamNames.Embeddings;

    private readonly EmbeddingClient client;
    private readonly UpstreamCall call;

    public OpenAiEmbedder(
        IOptions<OpenAiOptions> options, LivePolicy policy, Bounds bounds, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock)
    {
        Model = options.Value.EmbeddingModel;
        client = OpenAiClients.Create(options.Value, policy.Now.ForUpstream(Upstream)).GetEmbeddingClient(Model);
        call = new UpstreamCall(Upstream, policy, bounds, breakers, rates, clock);
    }

    public string Model { get; }

    public Task<IReadOnlyList<ReadOnlyMemory<float>>> Embed(IReadOnlyList<string> texts, TimeSpan within, CancellationToken token) =>
        call.Run<IReadOnlyList<ReadOnlyMemory<float>>>(
            async cancel =>
            {
                var response = await client.GenerateEmbeddingsAsync(texts, cancellationToken: cancel);
                NavigatorMeter.UsedTokens("embeddings", response.Value.Model, "input", response.Value.Usage.InputTokenCount);
                return Check(response.Value, texts.Count);
            },
            within, token);

    /// <summary>Checks the order, the length and the numbers of the returned vectors.</summary>
    private static ReadOnlyMemory<float>[] Check(OpenAIEmbeddingCollection embeddings, int expected)
    {
        if (embeddings.Count != expected)
            throw Invalid($"{embeddings.Count} vectors for {expected} texts");
        var vectors = new ReadOnlyMemory<float>[expected];
        foreach (var embedding in embeddings)
        {
            if (embedding.Index < 0 || embedding.Index >= expected || !vectors[embedding.Index].IsEmpty)
                throw Invalid("vectors that do not belong to the texts");
            var vector = embedding.ToFloats();
            if (vector.Length != IEmbedder.Dimensions)
                throw Invalid($"a vector of {vector.Length} dimensions instead of {IEmbedder.Dimensions}");
            var length = 0.0;
            foreach (var number in vector.Span)
                length += (double)number * number;
            // NaN and infinity too: a vector without a direction has no cosine.
            if (!double.IsFinite(length) || length == 0)
                throw Invalid("a vector without a direction");
            vectors[embedding.Index] = vector;
        }
        return vectors;
    }

    private static UpstreamException Invalid(string reason) => new(Upstream, UpstreamFailure.Invalid, reason);
}
