using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Workers.Answer;
using Navigator.Workers.Embedders;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Tests;

namespace Navigator.LocalModel.Tests.Screening;

/// <summary>Screening as it ships, with the local model.</summary>
public sealed class ScreeningModel : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly SqliteDatabase database = SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(64, 1, Patience, 0));
    private readonly IEmbeddingGenerator<string, Embedding<float>> generator;
    private readonly MeaningScreen meaning;
    private readonly LivePolicy policy;

    /// <summary>With time for everything.</summary>
    public ScreeningModel() : this(
        new LocalEmbeddingGenerator(AppContext.BaseDirectory, Environment.ProcessorCount, Environment.ProcessorCount))
    {
    }

    internal ScreeningModel(IEmbeddingGenerator<string, Embedding<float>> generator, LivePolicy? policy = null)
    {
        this.generator = generator;
        this.policy = policy ?? Policies.Live(("Intake:Screen", "5m"), ("Intake:ScreenByMeaning", "5m"));
        Embedding = new EmbeddingModel(
            generator, this.policy, new LimitRegistry(this.policy, TimeProvider.System), Policies.Breakers(this.policy),
            new SqliteRateLimits(database, TimeProvider.System), TimeProvider.System);
        QuestionVectors = new QuestionVectors(Embedding);
        meaning = Meaning(MeaningWeights.Load());
        Screener = new Screener(Options.Create(new ScreeningOptions()), this.policy, meaning);
        Sources = new SourceScreen(meaning);
    }

    internal EmbeddingModel Embedding { get; }

    internal QuestionVectors QuestionVectors { get; }

    internal Screener Screener { get; }

    internal SourceScreen Sources { get; }

    internal MeaningScreen Meaning(MeaningWeights weights) =>
        new(Embedding, QuestionVectors, weights, Options.Create(new ScreeningOptions()), policy);

    internal async Task<float[][]> Vectors(IReadOnlyList<string> texts)
    {
        var vectors = await Embedding.EmbedQuestions(texts, Patience, default);
        return [.. vectors.Select(vector => vector.ToArray())];
    }

    public void Dispose()
    {
        meaning.Dispose();
        QuestionVectors.Dispose();
        generator.Dispose();
        database.Dispose();
    }
}
