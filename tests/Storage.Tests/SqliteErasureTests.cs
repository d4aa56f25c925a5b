using System.Security.Cryptography;
using Navigator.Contracts.Chat;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>What <see cref="TenantTests"/> shows of PostgreSQL, embedded.</summary>
public sealed class SqliteErasureTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly SqliteDatabase database = TestSqlite.InMemory();
    private readonly SqliteJobLedger ledger;
    private readonly SqliteDocumentStore documents;
    private int asked;

    public SqliteErasureTests() =>
        (ledger, documents) = (TestSqlite.Ledger(database), new SqliteDocumentStore(database, new VectorCache(TestSqlite.Limits.VectorCacheBytes)));

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task An_answer_is_not_written_once_its_document_is_gone()
    {
        var document = await Add();
        var key = await Ask("talk");
        var answer = AnswerFrom(document);

        await documents.Delete("a", document, default);
        Assert.Null(await ledger.Answer(key, answer, [], default));
        Assert.Equal(JobStatus.Running, (await ledger.Read(key.Id, default))!.Status);
        Assert.NotNull(await ledger.Answer(key, answer with { Citations = [] }, [], default));
    }

    [Fact]
    public async Task What_was_asked_after_an_answer_goes_with_it_and_what_was_asked_before_stays()
    {
        var document = await Add();
        var before = await Ask("talk");
        await ledger.Cancel("a", before.Id, default);
        var answered = await Ask("talk");
        Assert.NotNull(await ledger.Answer(answered, AnswerFrom(document), [], default));
        await Ask("talk");
        var elsewhere = await Ask("other");

        Assert.True(await documents.Delete("a", document, default));

        var left = (await ledger.List("a", new JobFilter(), default)).Select(job => job.Id).ToHashSet();
        Assert.Equal(new HashSet<Guid> { before.Id, elsewhere.Id }, left);
    }

    private async Task<Guid> Add() => (await documents.Add(
        new NewDocument(Guid.CreateVersion7(), "a", "t", "text/plain", [1], SHA256.HashData([1]), Soon, Soon), default)).Document.Id;

    /// <summary>A question that was understood, and is not answered yet. Each is a minute younger than the one before.</summary>
    private async Task<JobKey> Ask(string conversation)
    {
        var id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(50).AddMinutes(asked++));
        await ledger.Submit(
            new NewJob(id, "a", conversation, "q", new JobOptions(false, null), null, [1], Soon, Soon, new TenantShare(9, 9)), default);
        var key = new JobKey(id, 1);
        await ledger.Claim(key, JobStage.Intake, "w", Soon, false, 3, default);
        await ledger.Plan(key, Shipped.Plan("hello", "en", [], []), [], Soon, default);
        return key;
    }

    private static JobAnswer AnswerFrom(Guid document) => new()
    {
        Text = "t [1]",
        Language = "en",
        Model = "m",
        Citations = [new JobCitation { Marker = 1, Kind = "document", Title = "t", Quote = "q", Score = 1, DocumentId = document }],
    };
}
