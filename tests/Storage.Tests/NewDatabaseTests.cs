using System.Security.Cryptography;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Documents;
using Navigator.Storage.Hosting;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Storage.Webhooks;
using Npgsql;

namespace Navigator.Storage.Tests;

/// <summary>
/// In its first minute a database has no statistics, or such as were made of a few unfinished jobs, and each connection keeps the plans
/// that it makes then: a statement that is planned to read all of a table costs more with every job, until the next ANALYZE.
/// </summary>
[Trait("Needs", "Servers")]
public sealed class NewDatabaseTests : IAsyncLifetime
{
    private const string Tenant = "default";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly ReadOnlyMemory<float> Vector = new([1, .. new float[1535]]);

    /// <summary>Those that grow.</summary>
    private static readonly string[] Tables = ["chat_job", "webhook", "document", "passage", "posting"];

    private TestDatabase database = null!;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_jobs_way_reads_a_few_rows_however_many_there_are(bool analysedWhileAllWereUnfinished)
    {
        if (analysedWhileAllWereUnfinished)
            await database.Execute(
                """
                INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, request_hash, deadline_at, due_at)
                SELECT gen_random_uuid(), 'default', i::text, 'q', '{}', '', now() + interval '2 min', now() + interval '1 min' FROM generate_series(1, 200) AS i;
                ANALYZE chat_job;
                DELETE FROM chat_job;
                """);
        await OnOneConnection(300, async (source, number) =>
        {
            var (ledger, webhooks, id) = (TestDatabase.Ledger(source), new PostgresWebhooks(source), Guid.CreateVersion7());
            var options = new JobOptions(true, []) { CallbackUrl = "https://example.com/" };
            await ledger.Submit(new NewJob(id, Tenant, id.ToString(), "How much?", options, null, [0], TimeSpan.FromMinutes(2), Soon,
                new TenantShare(1_000, 1_000)), default);
            var key = new JobKey(id, 1);
            await ledger.Claim(key, JobStage.Intake, "w", Soon, false, 3, default);
            await ledger.Plan(key, Shipped.Plan("q", "en", ["q"], []), [], Soon, default);
            Assert.True((await ledger.Read(id, default))!.WaitsFor(Tool.Documents, 1));
            await ledger.FinishTool(key, Tool.Documents, null, null, Soon, null, default);
            await ledger.Claim(key, JobStage.Answer, "w", Soon, false, 3, default);
            await ledger.Renew(key, "w", Soon, default);
            await ledger.Answer(key, new JobAnswer { Text = "Hello", Language = "en", Model = "m", Citations = [] }, [], default);
            Assert.Single(await ledger.Versions([new OwnedJob(Tenant, id)], default));
            Assert.Equal(JobStatus.Answered, (await ledger.Find(Tenant, id, default))!.Status);
            var delivery = await webhooks.Claim(id, Soon, new DeliveryShare(8, Soon), default);
            if (number % 10 == 0)
                Assert.Empty(await ledger.TakeDue(10, Soon, default));
            Assert.True(await webhooks.Record(delivery!, new DeliveryOutcome(true, 200, null, null), default));
        });

        Assert.InRange(await RowsRead(), 1, 300 * 40);
    }

    [Fact]
    public async Task A_documents_way_reads_its_own_passages_however_many_there_are()
    {
        await OnOneConnection(20, async (source, number) =>
        {
            var (store, index) = (new PostgresDocumentStore(source), new PostgresPassageIndex(source, 5_000));
            var bytes = BitConverter.GetBytes(number);
            var (document, _) = await store.Add(
                new NewDocument(Guid.CreateVersion7(), Tenant, "title", "text/plain", bytes, SHA256.HashData(bytes), TimeSpan.FromMinutes(30), Soon),
                default);
            var key = new DocumentKey(document.Id, 1);
            await store.Claim(key, "w", Soon, false, 3, default);
            await store.StorePassages(key, 1, [.. Enumerable.Range(0, 60).Select(i => new NewPassage(1, [], $"word{i} of {number}"))], Soon, default);
            var run = await store.FindUnembedded(key, "m", 0, 60, default);
            await store.StoreVectors(key, "m", [.. run.Select(passage => passage.Ordinal)], [.. run.Select(_ => Vector)], default);
            Assert.Equal(DocumentStatus.Ready, (await store.Find(Tenant, document.Id, default))!.Status);
            var found = await index.Search(new PassageSearch(Tenant, "m", [new PassageQuery("word1", Vector)], [document.Id], 5, 0.25), default);
            Assert.Equal(5, (await index.Read(Tenant, [.. Assert.Single(found).Nearest.Select(hit => hit.PassageId)], default)).Count);
        });

        Assert.InRange(await RowsRead(), 1, 20 * 60 * 40);
    }

    public async Task InitializeAsync() => database = await TestDatabase.Create();

    public async Task DisposeAsync() => await database.DisposeAsync();

    /// <summary>So that every statement is planned once, of empty tables, and nobody analyses them.</summary>
    private async Task OnOneConnection(int times, Func<NpgsqlDataSource, int, Task> act)
    {
        foreach (var table in Tables)
            await database.Execute($"ALTER TABLE {table} SET (autovacuum_enabled = false)");
        await using var single = StorageSetup.DataSource(database.Access.Worker,
            new PostgresPool(0, 1, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), 5_000, GroupSize: 64));
        for (var i = 0; i < times; i++)
            await act(single, i);
    }

    /// <summary>Rows, one table after the other and by index; a connection that is closed has told what it read.</summary>
    private Task<long> RowsRead() => database.Count(
        $"SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables WHERE relname IN ('{string.Join("', '", Tables)}')");
}
