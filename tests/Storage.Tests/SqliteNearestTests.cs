using System.Numerics.Tensors;
using System.Security.Cryptography;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>Nearest passages in the embedded file, while its documents change: in memory, and beyond what fits there.</summary>
public sealed class SqliteNearestTests : IDisposable
{
    private const int Dimensions = 48;

    /// <summary>Of each document: one part and some of the next.</summary>
    private const int Passages = 600;

    private readonly SqliteDatabase database = TestSqlite.InMemory();
    private readonly Random random = new(7);

    /// <summary>What is stored now, by document and ordinal.</summary>
    private readonly Dictionary<(Guid Document, int Ordinal), float[]> stored = [];

    public void Dispose() => database.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(0)]
    public async Task Documents_that_change_between_questions_are_compared_as_they_are(int documentsInMemory)
    {
        var cache = new VectorCache(documentsInMemory * PassageVectors.BytesOf(Passages, Dimensions));
        var (store, index) = (new SqliteDocumentStore(database, cache), new SqlitePassageIndex(database, cache));
        var first = await Add(store, 1);
        await Add(store, 2);
        await Add(store, 3);
        await AssertNearest(index);
        await AssertNearest(index);

        await store.Delete("a", first, default);
        foreach (var gone in stored.Keys.Where(key => key.Document == first).ToList())
            stored.Remove(gone);
        await AssertNearest(index);
        // SQLite gives the last number again, so that of a deleted last document too.
        await Add(store, 4);
        await AssertNearest(index);
    }

    private async Task<Guid> Add(SqliteDocumentStore store, byte content)
    {
        var (document, _) = await store.Add(
            new NewDocument(Guid.CreateVersion7(), "a", "t", "text/plain", [content], SHA256.HashData([content]), Hour, Hour), default);
        var key = new DocumentKey(document.Id, 1);
        await store.Claim(key, "w", Hour, false, 1, default);
        await store.StorePassages(key, null, [.. Enumerable.Range(0, Passages).Select(i => new NewPassage(i, [], "words"))], Hour, default);
        var vectors = Enumerable.Range(0, Passages).Select(_ => Vector()).ToList();
        await store.StoreVectors(
            key, "m", [.. Enumerable.Range(0, Passages)], [.. vectors.Select(vector => new ReadOnlyMemory<float>(vector))], default);
        for (var i = 0; i < Passages; i++)
            stored.Add((document.Id, i), vectors[i]);
        return document.Id;
    }

    private async Task AssertNearest(SqlitePassageIndex index)
    {
        float[][] questions = [Vector(), stored.Values.First(), Vector()];

        var lists = await index.Search(
            new PassageSearch("a", "m", [.. questions.Select(question => new PassageQuery("", question))], null, 20, 0.1), default);

        foreach (var (question, list) in questions.Zip(lists))
        {
            var expected = stored.Select(passage => (passage.Key, Score: TensorPrimitives.CosineSimilarity<float>(question, passage.Value)))
                .Where(passage => passage.Score >= 0.1).OrderByDescending(passage => passage.Score).Take(20).ToList();
            var found = await index.Read("a", [.. list.Nearest.Select(hit => hit.PassageId)], default);
            Assert.Equal(expected.Select(passage => passage.Key), found.Select(cited => (cited.Passage.DocumentId, cited.Passage.Ordinal)));
            Assert.All(expected.Zip(list.Nearest), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
        }
    }

    private static TimeSpan Hour => TimeSpan.FromHours(1);

    private float[] Vector() => [.. Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1))];
}
