using Microsoft.Extensions.AI;
using Navigator.Runtime.Limits;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Workers.Answer;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tests.Answer;

/// <summary>The comparison of sentences, with a test's own model for questions and sentences.</summary>
internal sealed class ModelledSimilarity : IDisposable
{
    private readonly SqliteDatabase database = SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(1, 1, TimeSpan.FromSeconds(10), 0));
    private readonly QuestionVectors questions;

    /// <param name="model">Null: there is no local model, and sentences are compared by words.</param>
    public ModelledSimilarity(IEmbeddingGenerator<string, Embedding<float>>? model)
    {
        var policy = Policies.Live();
        questions = new QuestionVectors(new EmbeddingModel(
            model ?? new HashedNgramEmbedder(), policy, new LimitRegistry(policy, TimeProvider.System), Policies.Breakers(policy),
            new SqliteRateLimits(database, TimeProvider.System), TimeProvider.System));
        Similarity = new SentenceSimilarity(model, questions, TimeProvider.System);
    }

    public SentenceSimilarity Similarity { get; }

    public void Dispose()
    {
        Similarity.Dispose();
        questions.Dispose();
        database.Dispose();
    }
}
