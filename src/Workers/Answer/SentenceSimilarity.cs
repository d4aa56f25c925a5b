using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Navigator.Runtime.Upstreams;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Answer;

/// <summary>
/// Compares a question with sentences by meaning. Only a model in this process is asked, because a question has dozens of sentences. The
/// vectors are kept, because the next question about the same pages meets most of the sentences again.
/// </summary>
/// <param name="model">Its vectors have length 1. Null if no local model is used: sentences are then compared by words.</param>
/// <param name="questions">The same model's vectors of questions.</param>
internal sealed class SentenceSimilarity(IEmbeddingGenerator<string, Embedding<float>>? model, QuestionVectors questions, TimeProvider clock)
    : IDisposable
{
    /// <summary>Not a setting: 1.5 kB each, 30 MB in all. A policy of 232 pages has some 3,000 sentences.</summary>
    private const int CachedSentences = 16_384;

    /// <summary>Sentences of one call. Those of the calls before the last are kept if an answer cannot wait any longer.</summary>
    private const int AtOnce = 8;

    /// <summary>Not a setting: a cold model or a busy machine costs an answer at most this much.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TenantCache<float[]> cache = new(CachedSentences);

    /// <returns>The cosine of the question and each sentence; null without a model, or if the model is late.</returns>
    public async Task<IReadOnlyList<double>?> Of(
        string tenant, string question, IReadOnlyList<string> sentences, TimeSpan within, CancellationToken token)
    {
        if (model is null || sentences.Count == 0 || within <= TimeSpan.Zero)
            return null;
        var patience = within < Patience ? within : Patience;
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            if ((await questions.Of([(tenant, question)], patience, either.Token))[(tenant, question)].Vector is not { } asked)
                return null;
            var vectors = await Vectors(model, tenant, sentences, either.Token);
            return [.. vectors.Select(vector => (double)TensorPrimitives.Dot<float>(asked, vector))];
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => cache.Dispose();

    private async Task<float[][]> Vectors(
        IEmbeddingGenerator<string, Embedding<float>> generator, string tenant, IReadOnlyList<string> texts, CancellationToken token)
    {
        float[]?[] vectors = [.. texts.Select(text => cache.Get(tenant, text))];
        foreach (var missing in Enumerable.Range(0, texts.Count).Where(i => vectors[i] is null).Chunk(AtOnce))
        {
            var found = await generator.GenerateAsync(missing.Select(i => texts[i]), cancellationToken: token);
            foreach (var (i, embedding) in missing.Zip(found))
            {
                var vector = embedding.Vector.ToArray();
                vectors[i] = vector;
                cache.Set(tenant, texts[i], vector);
            }
        }
        return vectors!;
    }
}
