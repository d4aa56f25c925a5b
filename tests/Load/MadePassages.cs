using System.Runtime.InteropServices;
using Navigator.Evaluation;
using Navigator.LocalModel;
using Navigator.Servers;
using Navigator.Storage.Passages;

namespace Navigator.Load;

/// <summary>
/// Any number of passages with the words and the directions of real ones. A passage has sentences of two abstracts of the Cranfield collection.
/// Its vector is the local model's of the first abstract, a third of the second one's, half the difference of two others, and a little noise.
/// The difference spreads the passages of one abstract in the directions in which abstracts differ. Vectors of independent random numbers would
/// have no near neighbours, so that no index could find them.
/// </summary>
internal sealed class MadePassages
{
    /// <summary>About the length of the product's passages.</summary>
    private const int Words = 100;

    private readonly string[][] sentences;
    private readonly float[][] vectors;

    private MadePassages(string[][] sentences, float[][] vectors, IReadOnlyList<PassageQuery> questions) =>
        (this.sentences, this.vectors, Questions) = (sentences, vectors, questions);

    public static string Model => LocalEmbeddingGenerator.ModelName;

    /// <summary>The collection's 225 questions, with the local model's vectors.</summary>
    public IReadOnlyList<PassageQuery> Questions { get; }

    /// <exception cref="InvalidDataException">The collection is not on this machine.</exception>
    public static async Task<MadePassages> Read(CancellationToken token)
    {
        var file = Corpora.Find("cranfield/cran.all.1400")
            ?? throw new InvalidDataException("The Cranfield collection is missing. Put it into ../shared/data/cranfield.");
        var collection = Cranfield.Read(Path.GetDirectoryName(file)!);
        var vectors = await Vectors([.. collection.Abstracts.Select(each => each.Text), .. collection.Questions], token);
        var questions = vectors[collection.Abstracts.Count..].Zip(collection.Questions, (vector, text) => new PassageQuery(text, vector));
        return new MadePassages(
            [.. collection.Abstracts.Select(each => Sentences(each.Text))], vectors[..collection.Abstracts.Count], [.. questions]);
    }

    /// <summary>The same passage for the same number.</summary>
    public (string Text, ReadOnlyMemory<float> Vector) Make(int number)
    {
        var random = new Random(number);
        int Any() => random.Next(vectors.Length);
        var (first, second, one, other) = (Any(), Any(), Any(), Any());
        var vector = new float[vectors[0].Length];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = vectors[first][i] + vectors[second][i] / 3 + (vectors[one][i] - vectors[other][i]) / 2
                + (float)(random.NextDouble() - 0.5) * 0.02f;
        return (Mix(random, sentences[first], sentences[second]), vector);
    }

    /// <summary>Kept in a file, because the model needs two minutes for them.</summary>
    private static async Task<float[][]> Vectors(IReadOnlyList<string> texts, CancellationToken token)
    {
        var file = Path.Combine(ServerSet.Root, "artifacts", "load", $"cranfield-{texts.Count}.vectors");
        if (!File.Exists(file))
        {
            using var model = new LocalEmbeddingGenerator(AppContext.BaseDirectory, Environment.ProcessorCount, questions: 1);
            var embedded = await model.GenerateAsync(texts, cancellationToken: token);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, MemoryMarshal.AsBytes(embedded.SelectMany(each => each.Vector.ToArray()).ToArray()).ToArray(), token);
        }
        var numbers = MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(file, token)).ToArray();
        return [.. numbers.Chunk(numbers.Length / texts.Count)];
    }

    /// <summary>Three sentences of the first for each of the second, in any order, until there are enough words.</summary>
    private static string Mix(Random random, string[] first, string[] second)
    {
        var (chosen, words) = (new List<string>(), 0);
        while (words < Words)
        {
            var from = chosen.Count % 4 == 3 ? second : first;
            chosen.Add(from[random.Next(from.Length)]);
            words += chosen[^1].Count(letter => letter == ' ') + 1;
        }
        return string.Join(". ", chosen);
    }

    private static string[] Sentences(string text) =>
        text.ReplaceLineEndings(" ").Split(" . ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
