using Microsoft.Extensions.AI;

namespace Navigator.Workers.Tests.Answer;

public sealed class SentenceSimilarityTests
{
    private static readonly string[] Sentences = [.. Enumerable.Range(0, 20).Select(i => $"sentence {i}")];

    private readonly Counting model = new();

    [Fact]
    public async Task A_sentence_is_embedded_once_for_its_tenant()
    {
        using var modelled = new ModelledSimilarity(model);
        var similarity = modelled.Similarity;
        var first = await similarity.Of("a", "question", Sentences, TimeSpan.FromMinutes(1), default);

        var again = await similarity.Of("a", "question", Sentences, TimeSpan.FromMinutes(1), default);
        Assert.Equal(21, model.Embedded.Count);
        Assert.Equal(first, again);

        await similarity.Of("a", "another question", [.. Sentences, "a new sentence"], TimeSpan.FromMinutes(1), default);
        Assert.Equal(["another question", "a new sentence"], model.Embedded.Skip(21));

        await similarity.Of("b", "question", Sentences, TimeSpan.FromMinutes(1), default);
        Assert.Equal(23 + 21, model.Embedded.Count);
    }

    [Fact]
    public async Task What_a_late_comparison_has_embedded_is_kept()
    {
        using var modelled = new ModelledSimilarity(model);
        var similarity = modelled.Similarity;
        model.HangsAfter = 10;
        Assert.Null(await similarity.Of("a", "question", Sentences, TimeSpan.FromMilliseconds(100), default));

        model.HangsAfter = int.MaxValue;
        Assert.NotNull(await similarity.Of("a", "question", Sentences, TimeSpan.FromMinutes(1), default));
        Assert.Equal(21, model.Embedded.Count);
    }

    [Fact]
    public async Task Cosines_come_in_the_order_of_the_sentences()
    {
        using var modelled = new ModelledSimilarity(model);
        var similarity = modelled.Similarity;
        await similarity.Of("a", "one", ["three", "five"], TimeSpan.FromMinutes(1), default);

        Assert.Equal([0, 1, 0], await similarity.Of("a", "one", ["three", "two", "five"], TimeSpan.FromMinutes(1), default));
    }

    /// <summary>Texts of three characters are alike. Hangs when it has embedded enough.</summary>
    private sealed class Counting : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<string> Embedded { get; } = [];

        public int HangsAfter { get; set; } = int.MaxValue;

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            var texts = values.ToList();
            if (Embedded.Count + texts.Count > HangsAfter)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            Embedded.AddRange(texts);
            return new GeneratedEmbeddings<Embedding<float>>(
                texts.Select(text => new Embedding<float>(text.Length == 3 ? new[] { 1f, 0f } : new[] { 0f, 1f })));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => new EmbeddingGeneratorMetadata("test", null, "counting", 2);

        public void Dispose()
        {
        }
    }
}
