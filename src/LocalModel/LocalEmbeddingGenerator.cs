using Microsoft.Extensions.AI;

namespace Navigator.LocalModel;

/// <summary>Embeds with all-MiniLM-L6-v2 in this process. Each text's vector has length 1. Safe for concurrent calls.</summary>
public sealed class LocalEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    public const string ModelName = SentenceModel.Name;

    /// <summary>
    /// Tokens of one inference, padding included. Larger slices are no faster, and a question waits for processors until a slice is done.
    /// </summary>
    private const int SliceTokens = 512;

    private readonly EmbeddingGeneratorMetadata metadata = new("local", null, SentenceModel.Name, SentenceModel.Dimensions);
    private readonly Lazy<Task<SentenceModel>> model;
    private readonly QuestionsFirst gate;

    /// <param name="directory">Contains the model's file.</param>
    /// <param name="threads">Processors that one inference may use.</param>
    /// <param name="questions">Inferences for questions that run at once. Passages have one more.</param>
    public LocalEmbeddingGenerator(string directory, int threads, int questions)
    {
        gate = new QuestionsFirst(questions, TimeProvider.System);
        // On a thread of the pool: the network is read, checked and optimised for most of a second.
        model = new Lazy<Task<SentenceModel>>(() => Task.Run(() => Load(directory, threads)));
    }

    /// <summary>Inferences for questions: those that run now, and those that wait for one to end.</summary>
    public (int Running, int Waiting) Questions => gate.Now;

    /// <summary>Loads the model. Without it, the first call does so.</summary>
    /// <exception cref="ModelFileException">The model or its runtime is missing, damaged or another one.</exception>
    public Task Load() => model.Value;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var loaded = await model.Value.WaitAsync(cancellationToken);
        var texts = values.Select(loaded.Tokenize).ToList();
        var vectors = new float[texts.Count][];
        foreach (var slice in Slices(texts))
        {
            float[][] Run() => loaded.Embed([.. slice.Select(index => texts[index])]);
            var found = EmbeddingPurpose.IsPassage(options)
                ? await gate.Passages(Run, cancellationToken)
                : await gate.Question(Run, cancellationToken);
            foreach (var (index, vector) in slice.Zip(found))
                vectors[index] = vector;
        }
        return new GeneratedEmbeddings<Embedding<float>>(
            vectors.Select(vector => new Embedding<float>(vector) { ModelId = SentenceModel.Name }))
        {
            Usage = new() { InputTokenCount = texts.Sum(text => (long)text.Length) },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        gate.Dispose();
        if (model is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            model.Value.Result.Dispose();
    }

    /// <summary>Positions of texts of similar length, so that little is padded.</summary>
    internal static IEnumerable<IReadOnlyList<int>> Slices(IReadOnlyList<long[]> texts)
    {
        var slice = new List<int>();
        // The longest of a slice comes last.
        foreach (var index in Enumerable.Range(0, texts.Count).OrderBy(index => texts[index].Length))
        {
            if (slice.Count > 0 && (slice.Count + 1) * texts[index].Length > SliceTokens)
            {
                yield return slice;
                slice = [];
            }
            slice.Add(index);
        }
        if (slice.Count > 0)
            yield return slice;
    }

    private static SentenceModel Load(string directory, int threads)
    {
        try
        {
            var model = new SentenceModel(new ModelFile(directory), threads);
            // The file's bytes are 90 MB of garbage, which would otherwise stay until a collection that may be hours away.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return model;
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new ModelFileException("its runtime has no native library for this platform");
        }
    }
}
