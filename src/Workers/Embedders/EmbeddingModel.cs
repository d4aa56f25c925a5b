using Microsoft.Extensions.AI;
using Navigator.LocalModel;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Embedders;

/// <summary>
/// The model that embeds questions and passages: any generator, with each response checked. A generator with an address is an upstream, and its
/// calls have the upstream's limits.
/// </summary>
internal sealed class EmbeddingModel
{
    private const string Upstream = UpstreamNames.Embeddings;

    private readonly IEmbeddingGenerator<string, Embedding<float>> generator;
    private readonly UpstreamCall? call;

    /// <param name="provider">Of an upstream: gives the model a bulkhead, breaker and rate beside those of the process's first model.</param>
    /// <exception cref="StartupException">The generator does not say which model it uses, or how many dimensions the vectors have.</exception>
    public EmbeddingModel(
        IEmbeddingGenerator<string, Embedding<float>> generator, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers,
        IRateLimits rates, TimeProvider clock, string? provider = null)
    {
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>();
        Name = metadata?.DefaultModelId ?? throw new StartupException("the embedding generator does not name its model.");
        Dimensions = metadata.DefaultModelDimensions ?? throw new StartupException($"the embedding model {Name} does not tell its dimensions.");
        this.generator = metadata.ProviderUri is null ? generator : Observed(generator);
        if (metadata.ProviderUri is not null)
            call = new UpstreamCall(Upstream, policy, registry, breakers, rates, clock, provider);
    }

    /// <summary>The model's name. Only vectors of the same model are comparable.</summary>
    public string Name { get; }

    /// <summary>Length of every vector.</summary>
    public int Dimensions { get; }

    /// <param name="within">Longest time for the call.</param>
    /// <returns>One finite float[<see cref="Dimensions"/>] for each text, in the order of the texts.</returns>
    /// <exception cref="UpstreamException">The model failed or returned invalid vectors.</exception>
    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedQuestions(IReadOnlyList<string> texts, TimeSpan within, CancellationToken token) =>
        Embed(texts, null, within, token);

    /// <inheritdoc cref="EmbedQuestions"/>
    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedPassages(IReadOnlyList<string> texts, TimeSpan within, CancellationToken token) =>
        Embed(texts, EmbeddingPurpose.Passages(), within, token);

    /// <inheritdoc cref="UpstreamCall.HasRateToSpare"/>
    public Task<bool> HasRateToSpare(CancellationToken token) => call?.HasRateToSpare(token) ?? Task.FromResult(true);

    private Task<IReadOnlyList<ReadOnlyMemory<float>>> Embed(
        IReadOnlyList<string> texts, EmbeddingGenerationOptions? options, TimeSpan within, CancellationToken token)
    {
        return call is null ? EmbedHere() : call.Run(Generate, within, token);

        async Task<IReadOnlyList<ReadOnlyMemory<float>>> Generate(CancellationToken cancel)
        {
            return Check(await generator.GenerateAsync(texts, options, cancel), texts.Count);
        }

        async Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedHere()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
            limit.CancelAfter(within);
            try
            {
                return await Generate(limit.Token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new UpstreamException(
                    Upstream, UpstreamFailure.Unavailable, $"no vectors within {within.TotalMilliseconds:0} ms", isLate: true);
            }
        }
    }

    /// <summary>Checks the count, the length and the numbers of the returned vectors.</summary>
    private ReadOnlyMemory<float>[] Check(GeneratedEmbeddings<Embedding<float>> embeddings, int expected)
    {
        if (embeddings.Count != expected)
            throw Invalid($"{embeddings.Count} vectors for {expected} texts");
        foreach (var vector in embeddings.Select(embedding => embedding.Vector))
        {
            if (vector.Length != Dimensions)
                throw Invalid($"a vector of {vector.Length} dimensions instead of {Dimensions}");
            var length = 0.0;
            foreach (var number in vector.Span)
                length += (double)number * number;
            // NaN and infinity too: a vector without a direction has no cosine.
            if (!double.IsFinite(length) || length == 0)
                throw Invalid("a vector without a direction");
        }
        return [.. embeddings.Select(embedding => embedding.Vector)];
    }

    /// <summary>As <see cref="ChatClients.Observed"/>: never with a text.</summary>
    private static IEmbeddingGenerator<string, Embedding<float>> Observed(IEmbeddingGenerator<string, Embedding<float>> generator) =>
        generator.AsBuilder()
            .UseOpenTelemetry(sourceName: NavigatorTrace.Name, configure: telemetry => telemetry.EnableSensitiveData = false).Build();

    private static UpstreamException Invalid(string reason) => new(Upstream, UpstreamFailure.Invalid, reason);
}
