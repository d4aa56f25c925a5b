using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text;
using Navigator.Contracts.Http;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>What every store promises while one model embeds the documents of another. Every implementation runs all of it.</summary>
public abstract class ReembedContract : IAsyncLifetime
{
    private const string Old = "old-model";
    private const string New = "new-model";
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(5);

    private IDocumentStore store = null!;
    private IPassageIndex index = null!;

    /// <summary>A worker's, which reports the model that it uses.</summary>
    protected abstract IModelCoverage Worker { get; }

    /// <summary>The owner's, who reads and prunes.</summary>
    protected abstract IModelCoverage Owner { get; }

    [Fact]
    public async Task Each_ready_document_of_every_tenant_is_taken_until_the_model_has_embedded_it()
    {
        DocumentRecord[] ready = [await Ready("one", 1), await Ready("two", 2), await Ready("three", 1, "b")];
        await Extracted("unfinished", 1);

        Assert.Null(await store.TakeUnembedded(Old, Hidden, default));
        var taken = new List<DocumentRecord>();
        while (await store.TakeUnembedded(New, Hidden, default) is { } document)
            taken.Add(document);

        Assert.Equivalent(ready.Select(document => document.Id), taken.Select(document => document.Id), strict: true);
        Assert.All(taken, document => Assert.Equal((DocumentStatus.Ready, Old), (document.Status, document.EmbeddedBy[0])));
        foreach (var document in taken)
            await Embed(document, New);
        await Wait(Hidden * 2);
        Assert.Null(await store.TakeUnembedded(New, Hidden, default));
        Assert.Null(await store.TakeUnembedded(Old, Hidden, default));
    }

    [Fact]
    public async Task A_document_is_hidden_from_others_until_a_batch_is_stored_or_its_worker_has_vanished()
    {
        var document = await Ready("long", 3);

        Assert.Equal(document.Id, (await store.TakeUnembedded(New, Hidden, default))!.Id);
        Assert.Null(await store.TakeUnembedded(New, Hidden, default));
        await Wait(Hidden + TimeSpan.FromMinutes(1));
        Assert.Equal(document.Id, (await store.TakeUnembedded(New, Hidden, default))!.Id);

        // The worker stored a part, and the next part is anyone's.
        await store.StoreVectors(Key(document), New, [0], [Vector(0)], default);
        var next = (await store.TakeUnembedded(New, Hidden, default))!;
        var left = await store.FindUnembedded(Key(next), New, 0, next.Passages!.Value, 1, default);
        Assert.Equal([1], left.Select(passage => passage.Ordinal));
    }

    [Fact]
    public async Task Two_processes_with_two_models_each_add_their_vectors_and_then_rest()
    {
        var (first, second) = (await Ready("first", 2), await Ready("second", 2));
        await Embed(first, New);

        Assert.Equal(second.Id, (await store.TakeUnembedded(New, Hidden, default))!.Id);
        var both = (await Embed(second, New))!;

        Assert.Equal([New, Old], both.EmbeddedBy);
        await Wait(Hidden * 2);
        foreach (var model in (string[])[Old, New])
        {
            Assert.Null(await store.TakeUnembedded(model, Hidden, default));
            Assert.Equal(4, (await Near(model)).Count);
        }
    }

    [Fact]
    public async Task Vectors_are_returned_by_passage_of_one_model_and_to_their_tenant_only()
    {
        await Ready("first", 2);
        var hits = await Near(Old);
        (Guid, Guid)[] asked = [.. hits.Select(hit => (hit.DocumentId, hit.PassageId)), (hits[0].DocumentId, Guid.NewGuid())];

        var vectors = await index.Vectors("a", Old, asked, default);

        Assert.Equal(hits.Select(hit => hit.PassageId).Order(), vectors.Keys.Order());
        foreach (var hit in hits)
        {
            Assert.Equal(1, TensorPrimitives.Norm(vectors[hit.PassageId].Span), 0.001);
            Assert.Equal(hit.Score, TensorPrimitives.CosineSimilarity(vectors[hit.PassageId].Span, Vector(0).Span), 0.001);
        }
        Assert.Empty(await index.Vectors("a", New, asked, default));
        Assert.Empty(await index.Vectors("b", Old, asked, default));
    }

    [Fact]
    public async Task A_document_whose_vectors_are_all_there_is_completed_without_another()
    {
        var document = await Ready("complete", 2);
        await LoseWhoEmbedded(document.Id);

        var taken = (await store.TakeUnembedded(Old, Hidden, default))!;
        Assert.Empty(await store.FindUnembedded(Key(taken), Old, 0, 2, default));
        var completed = await store.StoreVectors(Key(taken), Old, [], [], default);

        Assert.Equal([Old], completed!.EmbeddedBy);
        Assert.Equal(2, (await Near(Old)).Count);
    }

    [Fact]
    public async Task Documents_of_two_models_are_each_found_by_their_own_vectors()
    {
        var (old, both, never) = (await Ready("old", 2), await Ready("both", 1), await Extracted("searchable", 1));
        await Embed(both, New);
        var fresh = (await Embed(await Extracted("fresh", 3), New))!;
        await Ready("strangers", 1, "b");

        var found = await Search(New, Old, null);
        var rest = await Search(Old, null, found.OfOtherModel);

        Assert.Equal(old.Id, Assert.Single(found.OfOtherModel));
        Assert.Equivalent(new[] { both.Id, fresh.Id }, found.Nearest.Select(hit => hit.DocumentId).Distinct(), strict: true);
        Assert.Equal([old.Id, old.Id], rest.Nearest.Select(hit => hit.DocumentId));
        Assert.Empty(rest.OfOtherModel);
        // Words find all of them in any case.
        Assert.Equal(7, found.Lexical.Count);
        Assert.Contains(never.Id, found.Lexical.Select(hit => hit.DocumentId));
    }

    [Fact]
    public async Task A_document_belongs_to_the_other_model_until_the_searchs_own_has_embedded_all_of_it()
    {
        var document = await Ready("old", 2);
        var elsewhere = await Ready("elsewhere", 1);
        Assert.Equal(document.Id, Assert.Single((await Search(New, Old, [document.Id])).OfOtherModel));
        Assert.Empty((await Search(New, "a third", null)).OfOtherModel);
        Assert.Empty((await Search(New, null, null)).OfOtherModel);

        await store.StoreVectors(Key(document), New, [0], [Vector(0)], default);
        Assert.Equal(document.Id, Assert.Single((await Search(New, Old, [document.Id])).OfOtherModel));
        await Embed(document, New);

        Assert.Empty((await Search(New, Old, [document.Id])).OfOtherModel);
        Assert.Equal(elsewhere.Id, Assert.Single((await Search(New, Old, null)).OfOtherModel));
        Assert.Empty((await Search(Old, New, null)).OfOtherModel);
    }

    [Fact]
    public async Task Coverage_counts_documents_and_passages_of_each_model()
    {
        var (done, half) = (await Ready("done", 2), await Ready("half", 3, "b"));
        await Extracted("searchable", 4);
        await Worker.Use(Old, default);
        await Wait(TimeSpan.FromMinutes(10));
        await Worker.Use(New, default);
        await Embed(done, New);
        await store.StoreVectors(Key(half), New, [1], [Vector(1)], default);

        var models = await Owner.Read(default);

        Assert.Equal([(New, true), (Old, false)], models.Select(model => (model.Model, model.InUse)));
        Assert.Equal([(1L, 2L, 3L, 6L), (2L, 1L, 5L, 4L)],
            models.Select(model => (model.Documents, model.DocumentsWithout, model.Passages, model.PassagesWithout)));
    }

    [Fact]
    public async Task Without_documents_coverage_names_the_model_last_used_as_in_use()
    {
        Assert.Empty(await Owner.Read(default));
        await Worker.Use(Old, default);
        await Worker.Use(Old, default);
        await Wait(TimeSpan.FromDays(1));

        var model = Assert.Single(await Owner.Read(default));

        Assert.Equal((Old, true, 0L, 0L), (model.Model, model.InUse, model.Documents, model.PassagesWithout));
    }

    [Fact]
    public async Task Pruning_deletes_vectors_of_other_models_where_the_kept_ones_are_complete()
    {
        var (both, half) = (await Ready("both", 2), await Ready("half", 2, "b"));
        await Embed(both, New);
        await store.StoreVectors(Key(half), New, [1], [Vector(1)], default);

        Assert.Equal(new PrunedVectors(0, 0), await Owner.Prune([New, Old], default));
        Assert.Equal(new PrunedVectors(1, 2), await Owner.Prune([New], default));
        Assert.Equal(new PrunedVectors(0, 0), await Owner.Prune([New], default));

        var pruned = await store.Find("a", both.Id, default);
        Assert.Equal((New, 2), (pruned!.EmbeddingModel, pruned.Embedded));
        Assert.Equal([New], pruned.EmbeddedBy);
        Assert.Equal(2, (await Near(New)).Count);
        Assert.Empty(await Near(Old));
        Assert.Equal(2, (await Near(Old, "b")).Count);

        // A model that had embedded a part only, before the operator went back.
        Assert.Equal(new PrunedVectors(1, 1), await Owner.Prune([Old], default));
        Assert.Equal(2, (await Near(Old, "b")).Count);
        Assert.Equal(2, (await Near(New)).Count);
    }

    public async Task InitializeAsync() => (store, index) = await Create();

    public abstract Task DisposeAsync();

    protected abstract Task<(IDocumentStore Store, IPassageIndex Index)> Create();

    protected abstract Task Wait(TimeSpan time);

    /// <summary>As an earlier version of Navigator leaves a document that it completed beside this one.</summary>
    protected abstract Task LoseWhoEmbedded(Guid document);

    private static DocumentKey Key(DocumentRecord document) => new(document.Id, document.Attempt);

    private static ReadOnlyMemory<float> Vector(int axis)
    {
        var vector = new float[48];
        (vector[0], vector[axis + 1]) = (1, 0.1f);
        return vector;
    }

    private async Task<DocumentRecord> Extracted(string content, int passages, string tenant = "a")
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var (document, _) = await store.Add(
            new NewDocument(Guid.CreateVersion7(), tenant, content, "text/plain", bytes, SHA256.HashData(bytes), TimeSpan.FromHours(1), Hidden),
            default);
        await store.Claim(Key(document), "w", Hidden, false, 3, default);
        return (await store.StorePassages(
            Key(document), 1, [.. Enumerable.Range(0, passages).Select(i => new NewPassage(1, [], $"{content} {i}"))], Hidden, default))!;
    }

    private async Task<DocumentRecord> Ready(string content, int passages, string tenant = "a") =>
        (await Embed(await Extracted(content, passages, tenant), Old))!;

    private Task<DocumentRecord?> Embed(DocumentRecord document, string model)
    {
        int[] all = [.. Enumerable.Range(0, document.Passages!.Value)];
        return store.StoreVectors(Key(document), model, all, [.. all.Select(Vector)], default);
    }

    private async Task<SearchLegs> Search(string model, string? other, IReadOnlyList<Guid>? documents) => Assert.Single(await index.Search(
        new PassageSearch("a", model, [new PassageQuery("old both searchable fresh", Vector(0))], documents, 10, 0.25) { OtherModel = other },
        default));

    private async Task<IReadOnlyList<Hit>> Near(string model, string tenant = "a") => Assert.Single(
        await index.Search(new PassageSearch(tenant, model, [new PassageQuery("", Vector(0))], null, 10, 0.25), default)).Nearest;
}

public sealed class SqliteReembedTests : ReembedContract
{
    private readonly FakeTimeProvider clock = new();
    private SqliteDatabase database = null!;

    protected override IModelCoverage Worker => new SqliteModelCoverage(database);

    protected override IModelCoverage Owner => Worker;

    public override Task DisposeAsync()
    {
        database.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<(IDocumentStore Store, IPassageIndex Index)> Create()
    {
        database = TestSqlite.InMemory(clock);
        var vectors = new VectorCache(TestSqlite.Limits.VectorCacheBytes);
        return Task.FromResult<(IDocumentStore, IPassageIndex)>(
            (new SqliteDocumentStore(database, vectors), new SqlitePassageIndex(database, vectors)));
    }

    protected override Task Wait(TimeSpan time)
    {
        clock.Advance(time);
        return Task.CompletedTask;
    }

    protected override Task LoseWhoEmbedded(Guid document) =>
        database.Write(session => session.Change("UPDATE document SET embedded_by = '[]' WHERE id = $1", document), default);
}

[Trait("Needs", "Servers")]
public sealed class PostgresReembedTests : ReembedContract
{
    private TestDatabase database = null!;

    protected override IModelCoverage Worker => new PostgresModelCoverage(database.Source);

    protected override IModelCoverage Owner => new PostgresModelCoverage(database.Owner);

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<(IDocumentStore Store, IPassageIndex Index)> Create()
    {
        database = await TestDatabase.Create();
        return (new PostgresDocumentStore(database.Source), new PostgresPassageIndex(database.Source, 5_000));
    }

    protected override Task Wait(TimeSpan time) => database.Pass(time);

    protected override Task LoseWhoEmbedded(Guid document) =>
        database.Execute($"UPDATE document SET embedded_by = '{{}}' WHERE id = '{document}'");
}
