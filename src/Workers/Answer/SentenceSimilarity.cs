using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Answer;

/// <summary>
/// Compares a question with sentences by meaning. Only a model in this process is asked, because a question has dozens of sentences. The
/// vectors are kept, because the next question about the same pages meets most of the sentences again.
/// </summary>
/// <param name="model">Its vectors have length 1. Null if no local model is used: sentences are then compared by words.</param>
internal sealed class SentenceSimilarity(IEmbeddingGenerator<string, Embedding<float>>? model, TimeProvider clock) : IDisposable
{
    /// <summary>Not a setting: 1.5 kB each, 30 MB in all. A policy of 232 pages has some 3,000 sentences.</summary>
    private const int CachedSentences = 16_384;

    /// <summary>Sentences of one call. Those of the calls before the last are kept if an answer cannot wait any longer.</summary>
    private const int AtOnce = 8;

    /// <summary>Not a setting: a cold model or a busy machine costs an answer at most this much.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = CachedSentences });

    /// <returns>The cosine of the question and each sentence; null without a model, or if the model is late.</returns>
    public async Task<IReadOnlyList<double>?> Of(
        string tenant, string question, IReadOnlyList<string> sentences, TimeSpan within, CancellationToken token)
    {
        if (model is null || sentences.Count == 0 || within <= TimeSpan.Zero)
            return null;
        using var limit = new CancellationTokenSource(within < Patience ? within : Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            var vectors = await Vectors(model, tenant, [question, .. sentences], either.Token);
            return [.. vectors.Skip(1).Select(vector => (double)TensorPrimitives.Dot<float>(vectors[0], vector))];
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => cache.Dispose();

    private async Task<float[][]> Vectors(
        IEmbeddingGenerator<string, Embedding<float>> generator, string tenant, string[] texts, CancellationToken token)
    {
        var keys = Array.ConvertAll(texts, text => TenantCacheKey.Of(tenant, text));
        var vectors = Array.ConvertAll(keys, key => cache.Get<float[]>(key));
        foreach (var missing in Enumerable.Range(0, texts.Length).Where(i => vectors[i] is null).Chunk(AtOnce))
        {
            var found = await generator.GenerateAsync(missing.Select(i => texts[i]), cancellationToken: token);
            foreach (var (i, embedding) in missing.Zip(found))
            {
                vectors[i] = embedding.Vector.ToArray();
                cache.Set(keys[i], vectors[i], new MemoryCacheEntryOptions { Size = 1 });
            }
        }
        return vectors!;
    }
}
