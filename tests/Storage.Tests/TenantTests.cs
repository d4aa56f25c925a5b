using System.Text;
using Navigator.Contracts.Chat;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;
using Navigator.Storage.Tenants;

namespace Navigator.Storage.Tests;

/// <summary>What is left in PostgreSQL of keys, and of what was deleted.</summary>
[Trait("Needs", "Servers")]
public sealed class TenantTests : IAsyncLifetime
{
    private const string Canary = "Kanarienvogel";
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private TestDatabase database = null!;
    private PostgresTenantRegistry registry = null!;

    [Fact]
    public async Task The_secret_stands_nowhere_in_the_database()
    {
        var key = await registry.CreateKey("acme", [Scope.Chat], null, default);

        Assert.Equal(0, await Find(key.Secret));
        Assert.True(await Find(key.Id) > 0);
        Assert.DoesNotContain(key.Secret, key.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_document_leaves_no_word_behind_not_even_in_an_answer()
    {
        var (document, job) = await AskAbout(Canary);
        Assert.True(await Find(Canary) >= 3);

        Assert.True(await new PostgresDocumentStore(database.Api).Delete("acme", document, default));

        Assert.Equal(0, await Find(Canary));
        Assert.Null(await TestDatabase.Ledger(database.Source).Find("acme", job, default));
    }

    [Fact]
    public async Task What_was_asked_after_an_answer_goes_with_it_and_what_was_asked_before_stays()
    {
        var before = await Ask("What is there?", "talk");
        await TestDatabase.Ledger(database.Source).Cancel("acme", before, default);
        var (document, answered) = await AskAbout(Canary, conversation: "talk");
        var after = await Ask($"What does {Canary} cost?", "talk");
        var elsewhere = await Ask("What else?", "other");

        Assert.True(await new PostgresDocumentStore(database.Api).Delete("acme", document, default));

        Assert.Equal(0, await Find(Canary));
        var left = (await TestDatabase.Ledger(database.Source).List("acme", new JobFilter(), default)).Select(job => job.Id)
            .ToHashSet();
        Assert.Equal(new HashSet<Guid> { before, elsewhere }, left);
    }

    [Fact]
    public async Task An_answer_is_not_written_once_its_document_is_gone()
    {
        var (document, job) = await AskAbout(Canary, answer: false);
        Assert.True(await new PostgresDocumentStore(database.Api).Delete("acme", document, default));

        Assert.Null(await TestDatabase.Ledger(database.Source).Answer(new JobKey(job, 1), AnswerFrom(document), [], default));
        Assert.Equal(0, await Find(Canary));
    }

    [Fact]
    public async Task A_deleted_tenant_leaves_nothing_but_the_record_of_it()
    {
        await registry.Create("zugvogel", default);
        var key = await registry.CreateKey("zugvogel", Scope.All, null, default);
        await AskAbout("zugvogel's words", tenant: "zugvogel");
        await new PostgresReplayStore(database.Api).Create("zugvogel", new ReplaySelection([], null, null, null, null, null), 1, 1, 0, default);
        await AskAbout("others", tenant: "acme");

        var (jobs, documents) = await registry.Delete("zugvogel", default);

        Assert.Equal((1, 1), (jobs, documents));
        Assert.Equal(0, await Find("zugvogel", except: "audit"));
        Assert.Null(await new PostgresApiKeys(database.Api).Find(key.Id, default));
        Assert.Equal(["tenant.delete", "key.create", "tenant.create"], (await registry.Audit("zugvogel", 10, default)).Select(entry => entry.Action));
        Assert.Single(await new PostgresDocumentStore(database.Source).List("acme", null, 10, default));
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.Create();
        registry = new PostgresTenantRegistry(database.Owner);
        await registry.Create("acme", default);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    /// <summary>A document with these words, and a question that is answered with them.</summary>
    private async Task<(Guid Document, Guid Job)> AskAbout(string words, string tenant = "acme", bool answer = true, string? conversation = null)
    {
        var (documents, ledger) = (new PostgresDocumentStore(database.Source), TestDatabase.Ledger(database.Source));
        var bytes = Encoding.UTF8.GetBytes(words);
        var (document, _) = await documents.Add(new NewDocument(Guid.CreateVersion7(), tenant, words, "text/plain", bytes,
            System.Security.Cryptography.SHA256.HashData(bytes), Soon, Soon), default);
        var key = new DocumentKey(document.Id, 1);
        await documents.Claim(key, "w", Soon, false, 3, default);
        await documents.StorePassages(key, null, [new NewPassage(null, [words], words)], Soon, default);
        await documents.StoreVectors(key, "m", [0], [new float[1536].Select((_, i) => i == 0 ? 1f : 0f).ToArray()], default);

        var job = new JobKey(await Ask("What does it say?", conversation ?? Guid.NewGuid().ToString(), tenant), 1);
        if (answer)
            Assert.NotNull(await ledger.Answer(job, AnswerFrom(document.Id, words), [], default));
        return (document.Id, job.Id);
    }

    /// <summary>A question that was understood as this, and is not answered yet.</summary>
    private async Task<Guid> Ask(string understood, string conversation, string tenant = "acme")
    {
        var ledger = TestDatabase.Ledger(database.Source);
        var submission = await ledger.Submit(
            new NewJob(Guid.CreateVersion7(), tenant, conversation, "What does it say?", new JobOptions(false, null), null, [1], Soon, Soon,
                new TenantShare(10, 10)), default);
        var job = new JobKey(submission.Job!.Id, 1);
        await ledger.Claim(job, JobStage.Intake, "w", Soon, false, 3, default);
        await ledger.Plan(job, Shipped.Plan(understood, "en", [], []), [], Soon, default);
        return job.Id;
    }

    private static JobAnswer AnswerFrom(Guid document, string words = Canary) => new()
    {
        Text = $"It says {words}.",
        Language = "en",
        Model = "m",
        Citations = [new JobCitation { Marker = 1, Kind = "document", Score = 1, Title = words, Quote = words, DocumentId = document }],
    };

    /// <summary>Rows of any table that say this anywhere.</summary>
    private async Task<long> Find(string words, string except = "")
    {
        await using var tables = database.Owner.CreateCommand("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'");
        var names = new List<string>();
        await using (var row = await tables.ExecuteReaderAsync())
            while (await row.ReadAsync())
                names.Add(row.GetString(0));
        var found = 0L;
        foreach (var name in names.Where(name => name != except))
            found += await database.Count($"SELECT count(*) FROM {name} AS t WHERE strpos(lower(t::text), "
                + $"lower('{words.Replace("'", "''", StringComparison.Ordinal)}')) > 0");
        return found;
    }
}
