using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;
using Navigator.Text;

namespace Navigator.Workers.Embedders;

/// <summary>
/// Offline vectors: every word, pair of words and run of three to five letters is hashed to one of 1,536 dimensions ("feature hashing", Weinberger
/// et al., 2009). It compares spelling and not meaning: texts that share words and stems are near each other, synonyms are not.
/// </summary>
internal sealed class HashedNgramEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    public const string ModelName = "offline-hashed-ngrams";

    private const int Dimensions = 1_536;

    private readonly EmbeddingGeneratorMetadata metadata = new("words", null, ModelName, Dimensions);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(VectorOf(text)))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata : null;

    public void Dispose()
    {
        // Nothing is held.
    }

    public static float[] VectorOf(string text)
    {
        var counts = new Dictionary<uint, float>();
        string? previous = null;
        foreach (var term in Terms.Of(text))
        {
            Count(counts, Hash(term), 2);
            if (previous is not null)
                Count(counts, Hash(previous) * 31 + Hash(term), 1);
            var padded = $"<{term}>";
            for (var size = 3; size <= 5; size++)
                for (var start = 0; start + size <= padded.Length; start++)
                    Count(counts, Hash(padded.AsSpan(start, size)), 0.3f);
            previous = term;
        }
        var vector = new float[Dimensions];
        foreach (var (hash, weight) in counts)
        {
            // One bit of the hash is the sign, so that collisions cancel out on average.
            var sign = (BitOperations.PopCount(hash) & 1) == 0 ? 1 : -1;
            vector[hash % Dimensions] += sign * MathF.Log(1 + weight);
        }
        var length = MathF.Sqrt(vector.Sum(number => number * number));
        if (length == 0)
        {
            // A text without a word needs a direction too, because a zero vector cannot be stored.
            vector[0] = 1;
            return vector;
        }
        for (var i = 0; i < vector.Length; i++)
            vector[i] /= length;
        return vector;
    }

    private static void Count(Dictionary<uint, float> counts, uint hash, float weight) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, hash, out _) += weight;

    /// <summary>FNV-1a, which is stable across processes and versions, unlike string.GetHashCode.</summary>
    private static uint Hash(ReadOnlySpan<char> text)
    {
        var hash = 2_166_136_261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16_777_619u;
        // FNV's low bits are similar for short texts, so they are mixed once more.
        hash ^= hash >> 16;
        return hash * 0x7feb_352du;
    }
}
