using Microsoft.Extensions.AI;

namespace Navigator.LocalModel.Tests;

/// <summary>The model itself, with its weights.</summary>
public sealed class LocalModelTests : IDisposable
{
    private readonly LocalEmbeddingGenerator generator = new(AppContext.BaseDirectory, threads: 2, questions: 2);

    private static readonly string LongText = string.Join(' ', Enumerable.Range(0, 1_000).Select(i => $"word{i}"));

    public void Dispose() => generator.Dispose();

    [Fact]
    public async Task A_paraphrase_is_nearer_than_another_subject()
    {
        var vectors = await Embed(
            "How do I get to my doctor if I cannot drive?", "Transportation to medical appointments is covered.",
            "Eyeglass frames are replaced once in two years.");

        Assert.True(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + 0.2,
            $"{Cosine(vectors[0], vectors[1])} and {Cosine(vectors[0], vectors[2])}");
    }

    [Fact]
    public async Task A_text_has_the_same_vector_alone_and_in_any_batch()
    {
        string[] texts = ["What is my deductible?", "", "🙂", "你好", "Wie hoch ist der Selbstbehalt?", new string('x', 5_000), LongText];

        var together = await Embed(texts);

        Assert.All(together, vector => Assert.Equal(384, vector.Length));
        Assert.All(together, vector => Assert.Equal(1, Cosine(vector, vector), 4));
        foreach (var (text, vector) in texts.Zip(together))
        {
            Assert.Equal(1, Cosine(vector, (await Embed(text))[0]), 4);
            Assert.Equal(1, Cosine(vector, (await EmbedPassages(text))[0]), 4);
        }
    }

    [Fact]
    public async Task Concurrent_calls_do_not_mix_their_texts()
    {
        var texts = Enumerable.Range(0, 40).Select(i => $"The copayment of service number {i} is {i * 7} dollars.").ToArray();
        var alone = await Embed(texts);

        var concurrent = await Task.WhenAll(texts.Select((text, i) => i % 2 == 0 ? Embed(text) : EmbedPassages(text)));

        foreach (var (one, other) in alone.Zip(concurrent))
            Assert.Equal(1, Cosine(one, other[0]), 4);
    }

    [Fact]
    public async Task Text_after_the_token_limit_does_not_count()
    {
        var vectors = await Embed(LongText, LongText + " and then something else entirely", "word0 word1");

        Assert.Equal(1, Cosine(vectors[0], vectors[1]), 4);
        Assert.True(Cosine(vectors[0], vectors[2]) < 0.99);
    }

    [Fact]
    public void The_metadata_names_the_model_and_its_dimensions()
    {
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;

        Assert.Equal("all-MiniLM-L6-v2", metadata.DefaultModelId);
        Assert.Equal(384, metadata.DefaultModelDimensions);
        Assert.Null(metadata.ProviderUri);
    }

    [Fact]
    public async Task A_file_that_is_missing_or_another_one_is_named()
    {
        var directory = Directory.CreateTempSubdirectory().FullName;
        var path = Path.Combine(directory, ModelFile.Name);
        using (var missing = new LocalEmbeddingGenerator(directory, 1, 1))
            Assert.Equal($"{path} is missing", (await Assert.ThrowsAsync<ModelFileException>(missing.Load)).Message);

        await File.WriteAllTextAsync(path, "no assembly");
        using (var damaged = new LocalEmbeddingGenerator(directory, 1, 1))
            Assert.Equal($"{path} is damaged", (await Assert.ThrowsAsync<ModelFileException>(damaged.Load)).Message);

        File.Copy(typeof(LocalModelTests).Assembly.Location, path, overwrite: true);
        using (var other = new LocalEmbeddingGenerator(directory, 1, 1))
            Assert.Equal($"{path} does not contain vocab.txt", (await Assert.ThrowsAsync<ModelFileException>(other.Load)).Message);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_slice_holds_texts_of_similar_length_and_few_tokens()
    {
        int[] lengths = [200, 3, 250, 5, 4, 256, 190];

        var slices = LocalEmbeddingGenerator.Slices([.. lengths.Select(length => new long[length])]).ToList();

        Assert.Equal("1 4 3, 6 0, 2 5", string.Join(", ", slices.Select(slice => string.Join(' ', slice))));
        Assert.Empty(LocalEmbeddingGenerator.Slices([]));
    }

    private async Task<float[][]> Embed(params string[] texts) =>
        [.. (await generator.GenerateAsync(texts)).Select(embedding => embedding.Vector.ToArray())];

    private async Task<float[][]> EmbedPassages(string text) =>
        [.. (await generator.GenerateAsync([text], EmbeddingPurpose.Passages())).Select(embedding => embedding.Vector.ToArray())];

    private static double Cosine(float[] a, float[] b) => a.Zip(b).Sum(pair => (double)pair.First * pair.Second);
}
