using System.Security.Cryptography;
using System.Text;
using Navigator.Contracts.Http;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>What every store of documents and every index of passages promises. Every implementation runs all of it.</summary>
public abstract class DocumentContract : IAsyncLifetime
{
    private const string Model = "test-model";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private IDocumentStore store = null!;
    private IPassageIndex index = null!;

    [Fact]
    public async Task A_document_goes_its_whole_road()
    {
        var (document, accepted) = await Add("one");
        Assert.True(accepted);
        Assert.Equal((DocumentStatus.Queued, 1, true), (document.Status, document.Attempt, document.HasContent));

        var claimed = await store.Claim(Key(document), "w", Soon, false, 3, default);
        Assert.Equal((DocumentStatus.Extracting, "w"), (claimed!.Value.Document.Status, claimed.Value.Document.ClaimedBy));
        Assert.Equal("one", Encoding.UTF8.GetString(claimed.Value.Content));

        var stored = await store.StorePassages(Key(document), 2, [Passage("alpha"), Passage("beta"), Passage("gamma", 2)], Soon, default);
        Assert.Equal((DocumentStatus.Searchable, 2, 3, 0), (stored!.Status, stored.Pages, stored.Passages, stored.Embedded));
        Assert.Null(await store.ReadContent(Key(document), default));

        var run = await store.FindUnembedded(Key(document), Model, 0, 2, default);
        Assert.Equal([0, 1], run.Select(passage => passage.Ordinal));
        var half = await store.StoreVectors(Key(document), Model, [0, 1], [Axis(0), Axis(1)], default);
        Assert.Equal((DocumentStatus.Searchable, 2), (half!.Status, half.Embedded));
        Assert.NotNull(half.DueAt);

        var ready = await store.StoreVectors(Key(document), Model, [2], [Axis(2)], default);
        Assert.Equal((DocumentStatus.Ready, 3, Model), (ready!.Status, ready.Embedded, ready.EmbeddingModel));
        Assert.Null(ready.DueAt);
        Assert.NotNull(ready.FinishedAt);
        Assert.Empty(await store.FindUnembedded(Key(document), Model, 0, 100, default));
    }

    [Fact]
    public async Task The_same_bytes_are_the_same_document_and_another_tenants_are_not()
    {
        var (first, _) = await Add("same");
        var (again, accepted) = await Add("same", title: "another name");
        var (strangers, other) = await Add("same", tenant: "b");

        Assert.Equal((first.Id, false), (again.Id, accepted));
        Assert.NotEqual(first.Id, strangers.Id);
        Assert.True(other);
        Assert.Single(await store.List("a", null, 10, default));
    }

    [Fact]
    public async Task A_failed_document_keeps_nothing_and_starts_again_when_it_is_uploaded_again()
    {
        var (document, _) = await Add("bad");
        await store.Claim(Key(document), "w", Soon, false, 3, default);
        await store.StorePassages(Key(document), 1, [Passage("alpha")], Soon, default);
        var failed = await store.Fail(Key(document), new ChatError("document_encrypted", "Encrypted."), default);
        Assert.Equal((DocumentStatus.Failed, "document_encrypted", null), (failed!.Status, failed.Error!.Code, failed.Passages));
        Assert.False(failed.HasContent);
        Assert.Null(await store.FindOriginal("a", document.Id, default));
        Assert.Null(await store.StoreVectors(Key(document), Model, [0], [Axis(0)], default));

        var (again, accepted) = await Add("bad");

        Assert.True(accepted);
        Assert.Equal((document.Id, DocumentStatus.Queued, 2), (again.Id, again.Status, again.Attempt));
        Assert.Null(again.Error);
        Assert.True(again.HasContent);
        Assert.Null(await store.Claim(Key(document), "w", Soon, false, 3, default));
        Assert.NotNull(await store.Claim(Key(again), "w", Soon, false, 3, default));
    }

    [Fact]
    public async Task A_ready_document_can_be_read_as_it_was_uploaded_by_its_tenant_alone()
    {
        var document = await Ready("as it was", Passage("alpha"));

        var original = await store.FindOriginal("a", document.Id, default);

        Assert.Equal(("as it was", "text/plain", 9L), (original!.Title, original.MediaType, original.Bytes));
        Assert.Equal("as it was"u8.ToArray(), await store.ReadOriginal("a", document.Id, 0, 100, default));
        Assert.Equal("it"u8.ToArray(), await store.ReadOriginal("a", document.Id, 3, 2, default));
        Assert.Equal("was"u8.ToArray(), await store.ReadOriginal("a", document.Id, 6, 100, default));
        Assert.Empty((await store.ReadOriginal("a", document.Id, 9, 100, default))!);
        Assert.Null(await store.ReadOriginal("b", document.Id, 0, 100, default));
        Assert.Equal(SHA256.HashData("as it was"u8), original.Sha256);
        Assert.True((await store.Find("a", document.Id, default))!.HasContent);
        Assert.True(Assert.Single(await store.List("a", null, 10, default)).HasContent);
        Assert.Null(await store.FindOriginal("b", document.Id, default));
        Assert.Null(await store.FindOriginal("a", Guid.NewGuid(), default));
    }

    [Fact]
    public async Task Where_originals_are_not_kept_the_bytes_go_when_the_text_is_out()
    {
        var (document, _) = await Add("not kept");
        await store.Claim(Key(document), "w", Soon, false, 3, default);
        Assert.NotNull(await store.FindOriginal("a", document.Id, default));

        var stored = await store.StorePassages(Key(document), 1, [Passage("alpha")], Soon, keepsOriginal: false, default);

        Assert.False(stored!.HasContent);
        Assert.Null(await store.FindOriginal("a", document.Id, default));
        var ready = await store.StoreVectors(Key(document), Model, [0], [Axis(0)], default);
        Assert.Equal((DocumentStatus.Ready, false), (ready!.Status, ready.HasContent));
        Assert.Null(await store.FindOriginal("a", document.Id, default));
    }

    [Fact]
    public async Task Two_runs_that_overlap_count_every_passage_once()
    {
        var document = await Extracted("overlap", [.. Enumerable.Range(0, 40).Select(i => Passage($"word{i}"))]);
        int[] all = [.. Enumerable.Range(0, 40)];
        ReadOnlyMemory<float>[] vectors = [.. all.Select(i => Axis(i))];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => store.StoreVectors(Key(document), Model, all, vectors, default))));

        var ready = await store.Find("a", document.Id, default);
        Assert.Equal((DocumentStatus.Ready, 40), (ready!.Status, ready.Embedded));
    }

    [Fact]
    public async Task A_worker_that_vanished_is_followed_by_another_attempt()
    {
        var (document, _) = await Add("lost", dueIn: TimeSpan.FromMinutes(1));
        var claimed = await store.Claim(Key(document), "w", TimeSpan.FromMinutes(1), false, 3, default);
        Assert.Null(await store.Claim(Key(document), "other", Soon, false, 3, default));
        await Wait(TimeSpan.FromMinutes(1.1));

        var taken = Assert.Single(await store.TakeDue(10, TimeSpan.FromMinutes(2), default));
        Assert.True(taken.HasContent);
        var started = await store.Repair(taken, Soon, default);

        Assert.Equal((DocumentStatus.Queued, 2), (started!.Status, started.Attempt));
        Assert.False(await store.Renew(Key(claimed!.Value.Document), "w", Soon, default));
        Assert.Null(await store.StorePassages(Key(document), 1, [Passage("late")], Soon, default));
    }

    [Fact]
    public async Task A_document_taken_twice_is_repaired_once()
    {
        await Add("twice", dueIn: TimeSpan.FromMinutes(1));
        await Wait(TimeSpan.FromMinutes(1.1));
        var first = Assert.Single(await store.TakeDue(10, TimeSpan.FromMinutes(2), default));
        Assert.Empty(await store.TakeDue(10, TimeSpan.FromMinutes(2), default));
        await Wait(TimeSpan.FromMinutes(2.1));
        var second = Assert.Single(await store.TakeDue(10, TimeSpan.FromMinutes(2), default));

        Assert.Null(await store.Repair(first, Soon, default));
        Assert.NotNull(await store.Repair(second, Soon, default));
        Assert.Null(await store.Repair(second, Soon, default));
    }

    [Fact]
    public async Task A_document_that_has_no_time_for_its_grace_is_due_at_its_deadline()
    {
        var bytes = "short"u8.ToArray();
        var (document, _) = await store.Add(
            new NewDocument(Guid.CreateVersion7(), "a", "short", "text/plain", bytes, SHA256.HashData(bytes), Soon, TimeSpan.FromMinutes(5)),
            default);

        Assert.Equal(document.DeadlineAt, document.DueAt);
    }

    [Fact]
    public async Task A_message_delivered_again_takes_over()
    {
        var (document, _) = await Add("again");
        await store.Claim(Key(document), "w", Soon, false, 3, default);

        var taken = await store.Claim(Key(document), "other", Soon, takeOver: true, 3, default);

        Assert.Equal((2, "other"), (taken!.Value.Document.Attempt, taken.Value.Document.ClaimedBy));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_with_all_that_was_made_from_it()
    {
        var document = await Ready("gone", Passage("zebra crossing"));
        var passage = Assert.Single((await Search("zebra"))[0].Lexical).PassageId;

        Assert.False(await store.Delete("b", document.Id, default));
        Assert.True(await store.Delete("a", document.Id, default));
        Assert.False(await store.Delete("a", document.Id, default));

        Assert.Null(await store.Find("a", document.Id, default));
        Assert.Null(await store.FindOriginal("a", document.Id, default));
        Assert.Empty((await Search("zebra"))[0].Lexical);
        Assert.Empty((await Search("zebra"))[0].Nearest);
        Assert.Empty(await index.Read("a", [passage], default));
    }

    [Fact]
    public async Task What_comes_after_a_deleted_document_is_found_as_itself()
    {
        var gone = await Ready("gone", Passage("zebra"));
        Assert.Single((await Search("zebra"))[0].Nearest);
        await store.Delete("a", gone.Id, default);
        var next = await Ready("next", Passage("quagga"));

        var legs = (await Search("zebra"))[0];

        Assert.Empty(legs.Lexical);
        Assert.Equal(next.Id, Assert.Single(legs.Nearest).DocumentId);
        Assert.Equal("quagga", await TextOf(legs.Nearest[0]));
    }

    [Fact]
    public async Task What_was_kept_as_long_as_it_may_be_goes_and_what_is_younger_or_unfinished_stays()
    {
        var (unfinished, _) = await Add("unfinished");
        var old = await Ready("old", Passage("zebra crossing"));
        await Wait(TimeSpan.FromHours(2));
        var young = await Ready("young", Passage("zebra stripes"));

        Assert.Equal(1, await store.DeleteFinished(TimeSpan.FromHours(1), 10, default));
        Assert.Equal(0, await store.DeleteFinished(TimeSpan.FromHours(1), 10, default));

        Assert.Null(await store.Find("a", old.Id, default));
        Assert.Null(await store.FindOriginal("a", old.Id, default));
        Assert.NotNull(await store.Find("a", young.Id, default));
        Assert.NotNull(await store.FindOriginal("a", young.Id, default));
        Assert.NotNull(await store.Find("a", unfinished.Id, default));
        Assert.Single((await Search("zebra"))[0].Lexical);
    }

    [Fact]
    public async Task Words_and_vectors_each_rank_by_their_own_measure()
    {
        await Ready("three", Passage("the ambulance ride"), Passage("an ambulance, an ambulance and a hospital"), Passage("nothing of the kind"));

        var legs = Assert.Single(await Search("ambulances", Mix((2, 1), (0, 0.5f))));

        Assert.Equal(2, legs.Lexical.Count);
        Assert.True(legs.Lexical[0].Score > legs.Lexical[1].Score);
        Assert.Equal("an ambulance, an ambulance and a hospital", await TextOf(legs.Lexical[0]));
        Assert.Equal("nothing of the kind", await TextOf(legs.Nearest[0]));
        Assert.Equal(0.894, legs.Nearest[0].Score, 3);
        // The floor: the second passage points elsewhere entirely.
        Assert.Equal(2, legs.Nearest.Count);
    }

    [Fact]
    public async Task Equal_hits_are_ranked_and_cut_by_the_ids_of_their_passages()
    {
        foreach (var content in (string[])["one", "two"])
        {
            var document = await Extracted(content, [.. Enumerable.Repeat(Passage("deductible"), 6)]);
            await store.StoreVectors(
                Key(document), Model, [.. Enumerable.Range(0, 6)], [.. Enumerable.Repeat(Mix((0, 0.3f), (1, 0.7f)), 6)], default);
        }

        var all = await Ranked(12);
        var best = await Ranked(5);

        var ids = all.Lexical.Select(hit => hit.PassageId).ToList();
        Assert.Equal(12, ids.Count);
        Assert.Equal(ids.OrderBy(id => id.ToString(), StringComparer.Ordinal), ids);
        Assert.Equal(ids, all.Nearest.Select(hit => hit.PassageId));
        Assert.Equal(all.Lexical.Take(5), best.Lexical);

        async Task<SearchLegs> Ranked(int limit) => Assert.Single(await index.Search(
            new PassageSearch("a", Model, [new PassageQuery("deductible", Mix((0, 0.5f), (2, 0.2f)))], null, limit, 0.25), default));
    }

    [Fact]
    public async Task Headings_are_searched_with_the_text_below_them()
    {
        await Ready("h", new NewPassage(3, ["Hospital", "Ambulance services"], "You pay $180."));

        var hit = Assert.Single((await Search("ambulance"))[0].Lexical);

        var passage = Assert.Single(await index.Read("a", [hit.PassageId], default));
        Assert.Equal((3, 0, "You pay $180."), (passage.Passage.Page, passage.Passage.Ordinal, passage.Passage.Text));
        Assert.Equal(["Hospital", "Ambulance services"], passage.Passage.Headings);
        Assert.Equal("h", passage.DocumentTitle);
    }

    [Fact]
    public async Task A_lexical_score_says_how_much_of_the_question_a_passage_covers()
    {
        await Ready("cover", Passage("deductible"), Passage("copay"), Passage("deductible and copay"));

        var whole = Assert.Single(await Search("deductible copay")).Lexical;
        var half = Assert.Single(await Search("deductible zebra")).Lexical;
        var alone = Assert.Single(await Search("deductible")).Lexical;

        Assert.Equal("deductible and copay", await TextOf(whole[0]));
        // Both words are equally frequent, so the passage with one of them covers half as much, up to its length.
        Assert.Equal(whole[0].Score / 2, whole[1].Score, 0.02);
        // A word that no passage contains counts as the rarest: the idf of a word in 0 of 3 passages beside one in 2 of 3.
        var share = Math.Log(1 + 1.5 / 2.5) / (Math.Log(1 + 1.5 / 2.5) + Math.Log(1 + 3.5 / 0.5));
        Assert.Equal(alone.Select(hit => hit.PassageId), half.Select(hit => hit.PassageId));
        Assert.All(alone.Zip(half), pair => Assert.Equal(pair.First.Score * share, pair.Second.Score, 0.00001));
    }

    [Fact]
    public async Task A_passage_of_usual_length_with_every_word_once_covers_the_whole_question()
    {
        await Ready("usual", Passage("deductible copay " + string.Join(' ', Enumerable.Range(0, 108).Select(i => $"word{i}"))), Passage("nothing"));

        var hit = Assert.Single(Assert.Single(await Search("the copay and the deductible")).Lexical);

        Assert.Equal(1, hit.Score, 0.0001);
    }

    [Fact]
    public async Task A_document_is_found_by_words_before_it_has_vectors_and_by_meaning_when_all_are_stored()
    {
        var document = await Extracted("progress", [Passage("zebra crossing"), Passage("zebra stripes")]);

        var words = Assert.Single(await Search("zebra"));
        await store.StoreVectors(Key(document), Model, [0], [Axis(0)], default);
        var half = Assert.Single(await Search("zebra"));
        await store.StoreVectors(Key(document), Model, [1], [Axis(0)], default);
        var whole = Assert.Single(await Search("zebra"));

        Assert.Equal((2, 0), (words.Lexical.Count, words.Nearest.Count));
        Assert.Equal((2, 0), (half.Lexical.Count, half.Nearest.Count));
        Assert.Equal((2, 2), (whole.Lexical.Count, whole.Nearest.Count));
    }

    [Fact]
    public async Task A_question_without_a_vector_is_answered_by_words()
    {
        await Ready("words", Passage("deductible"));

        var legs = Assert.Single(await Search("deductible", ReadOnlyMemory<float>.Empty));

        Assert.Single(legs.Lexical);
        Assert.Empty(legs.Nearest);
    }

    [Theory]
    [InlineData(384)]
    [InlineData(1_536)]
    [InlineData(48)]
    public async Task Vectors_of_any_length_are_compared(int length)
    {
        var document = await Extracted("length", [Passage("alpha"), Passage("beta")]);
        await store.StoreVectors(Key(document), "other", [0, 1], [Axis(3, length), Axis(5, length)], default);

        var hit = Assert.Single(Assert.Single(await Search("", Axis(5, length), "other")).Nearest);

        Assert.Equal(("beta", 1.0), (await TextOf(hit), Math.Round(hit.Score, 5)));
    }

    [Fact]
    public async Task Vectors_of_the_next_model_are_compared_when_all_are_stored_and_those_of_the_earlier_one_still_are()
    {
        var document = await Ready("moved", Passage("alpha"), Passage("beta"));
        await Ready("stays", Passage("gamma"));
        Assert.Equal([0, 1], (await store.FindUnembedded(Key(document), "next", 0, 10, default)).Select(passage => passage.Ordinal));

        var half = await store.StoreVectors(Key(document), "next", [1], [Axis(7, 384)], default);

        Assert.Equal((DocumentStatus.Ready, Model, 2), (half!.Status, half.EmbeddingModel, half.Embedded));
        Assert.Equal([0], (await store.FindUnembedded(Key(document), "next", 0, 10, default)).Select(passage => passage.Ordinal));
        Assert.Equal(2, Assert.Single(await Search("", Axis(0))).Nearest.Count);
        Assert.Empty(Assert.Single(await Search("", Axis(7, 384), "next")).Nearest);

        var moved = await store.StoreVectors(Key(document), "next", [0], [Axis(7, 384)], default);

        Assert.Equal((DocumentStatus.Ready, "next", 2), (moved!.Status, moved.EmbeddingModel, moved.Embedded));
        Assert.Equal(half.FinishedAt, moved.FinishedAt);
        Assert.Equal(["next", Model], moved.EmbeddedBy);
        Assert.Equal(3, Assert.Single(await Search("", Mix((0, 1), (1, 1)))).Nearest.Count);
        Assert.Equal(2, Assert.Single(await Search("", Axis(7, 384), "next")).Nearest.Count);
        Assert.Equal(3, Assert.Single(await Search("", Mix((0, 1), (1, 1)))).Nearest.Count);
        // The earlier model has nothing to embed again.
        Assert.Empty(await store.FindUnembedded(Key(document), Model, 0, 10, default));
        Assert.Null(await store.StoreVectors(Key(document), Model, [0], [Axis(0)], default));
    }

    [Fact]
    public async Task Only_searchable_documents_of_the_tenant_and_the_filter_are_searched()
    {
        var mine = await Ready("mine", Passage("deductible one"));
        var alsoMine = await Ready("also", Passage("deductible two"));
        await Ready("strangers", Passage("deductible three"), tenant: "b");
        var unfinished = await Extracted("unfinished", [Passage("deductible four")]);
        await Add("deductible five");

        var all = (await Search("deductible"))[0];
        var filtered = (await Search("deductible", documents: [alsoMine.Id, Guid.NewGuid()]))[0];

        Assert.Equivalent(new[] { mine.Id, alsoMine.Id, unfinished.Id }, all.Lexical.Select(hit => hit.DocumentId), strict: true);
        Assert.Equivalent(new[] { mine.Id, alsoMine.Id }, all.Nearest.Select(hit => hit.DocumentId), strict: true);
        Assert.Equal(alsoMine.Id, Assert.Single(filtered.Lexical).DocumentId);
        Assert.Equal(alsoMine.Id, Assert.Single(filtered.Nearest).DocumentId);
    }

    [Fact]
    public async Task Vectors_of_another_model_are_not_compared_and_their_words_still_found()
    {
        await Ready("old", Passage("deductible"));

        var legs = (await Search("deductible", model: "newer-model"))[0];

        Assert.Single(legs.Lexical);
        Assert.Empty(legs.Nearest);
    }

    [Fact]
    public async Task Several_queries_give_their_lists_in_order()
    {
        await Ready("two", Passage("alpha"), Passage("beta"));

        var lists = await index.Search(
            new PassageSearch("a", Model, [new PassageQuery("beta", Axis(1)), new PassageQuery("alpha", Axis(0))], null, 10, 0.25), default);

        Assert.Equal("beta", await TextOf(Assert.Single(lists[0].Lexical)));
        Assert.Equal("beta", await TextOf(Assert.Single(lists[0].Nearest)));
        Assert.Equal("alpha", await TextOf(Assert.Single(lists[1].Lexical)));
    }

    [Fact]
    public async Task A_question_without_words_or_without_documents_finds_nothing()
    {
        Assert.Empty((await Search("deductible"))[0].Lexical);
        await Ready("one", Passage("alpha"));
        Assert.Empty((await Search("¿? … the of"))[0].Lexical);
    }

    public async Task InitializeAsync() => (store, index) = await Create();

    public abstract Task DisposeAsync();

    protected static ReadOnlyMemory<float> Axis(int axis) => Mix((axis, 1));

    private static ReadOnlyMemory<float> Axis(int axis, int length) => Mix((axis, 1))[..length];

    protected abstract Task<(IDocumentStore Store, IPassageIndex Index)> Create();

    protected abstract Task Wait(TimeSpan time);

    private static ReadOnlyMemory<float> Mix(params (int Axis, float Weight)[] parts)
    {
        var vector = new float[1_536];
        foreach (var (axis, weight) in parts)
            vector[axis] = weight;
        return vector;
    }

    private static DocumentKey Key(DocumentRecord document) => new(document.Id, document.Attempt);

    private static NewPassage Passage(string text, int page = 1) => new(page, [], text);

    private Task<(DocumentRecord Document, bool Accepted)> Add(string content, string title = "", string tenant = "a", TimeSpan? dueIn = null)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return store.Add(
            new NewDocument(Guid.CreateVersion7(), tenant, title == ""
                ? content
                : title, "text/plain", bytes, SHA256.HashData(bytes), TimeSpan.FromMinutes(30), dueIn ?? Soon),
            default);
    }

    private async Task<DocumentRecord> Extracted(string content, NewPassage[] passages, string tenant = "a")
    {
        var (document, _) = await Add(content, tenant: tenant);
        await store.Claim(Key(document), "w", Soon, false, 3, default);
        return (await store.StorePassages(Key(document), 1, passages, Soon, default))!;
    }

    private Task<DocumentRecord> Ready(string content, params NewPassage[] passages) => Ready(content, passages, "a");

    private Task<DocumentRecord> Ready(string content, NewPassage passage, string tenant) => Ready(content, [passage], tenant);

    private async Task<DocumentRecord> Ready(string content, NewPassage[] passages, string tenant)
    {
        var document = await Extracted(content, passages, tenant);
        int[] all = [.. Enumerable.Range(0, passages.Length)];
        return (await store.StoreVectors(Key(document), Model, all, [.. all.Select(axis => Axis(axis))], default))!;
    }

    private Task<IReadOnlyList<SearchLegs>> Search(
        string text, ReadOnlyMemory<float>? vector = null, string model = Model, IReadOnlyList<Guid>? documents = null) =>
        index.Search(new PassageSearch("a", model, [new PassageQuery(text, vector ?? Axis(0))], documents, 10, 0.25), default);

    private async Task<string> TextOf(Hit hit) => Assert.Single(await index.Read("a", [hit.PassageId], default)).Passage.Text;
}

/// <summary>In memory: one connection reads and writes.</summary>
public class SqliteDocumentTests : DocumentContract
{
    private readonly FakeTimeProvider clock = new();
    private SqliteDatabase database = null!;

    protected virtual long VectorCacheBytes => TestSqlite.Limits.VectorCacheBytes;

    public override Task DisposeAsync()
    {
        database.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<(IDocumentStore Store, IPassageIndex Index)> Create()
    {
        database = Open(clock);
        var vectors = new VectorCache(VectorCacheBytes);
        return Task.FromResult<(IDocumentStore, IPassageIndex)>(
            (new SqliteDocumentStore(database, vectors), new SqlitePassageIndex(database, vectors)));
    }

    protected virtual SqliteDatabase Open(TimeProvider clock) => TestSqlite.InMemory(clock);

    protected override Task Wait(TimeSpan time)
    {
        clock.Advance(time);
        return Task.CompletedTask;
    }
}

/// <summary>On a file, where others read beside the writer, and without room to keep a vector in memory.</summary>
public sealed class SqliteFileDocumentTests : SqliteDocumentTests
{
    private readonly TemporaryFile file = new();

    protected override long VectorCacheBytes => 0;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        file.Dispose();
    }

    protected override SqliteDatabase Open(TimeProvider clock) => SqliteDatabase.Open(file.Path, clock, TestSqlite.Limits);
}

/// <summary>A small tenant: vectors compared exactly.</summary>
[Trait("Needs", "Servers")]
public class PostgresDocumentTests : DocumentContract
{
    private TestDatabase database = null!;

    protected virtual long ExactUpTo => 5_000;

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<(IDocumentStore Store, IPassageIndex Index)> Create()
    {
        database = await TestDatabase.Create();
        return (new PostgresDocumentStore(database.Source), new PostgresPassageIndex(database.Source, ExactUpTo));
    }

    protected override Task Wait(TimeSpan time) => database.Pass(time);
}

/// <summary>A large tenant: vectors found through HNSW.</summary>
[Trait("Needs", "Servers")]
public sealed class PostgresHnswTests : PostgresDocumentTests
{
    protected override long ExactUpTo => 0;
}
