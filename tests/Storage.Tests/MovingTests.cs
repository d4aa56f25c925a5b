using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;
using Navigator.Storage.Migrations;
using Navigator.Storage.Moving;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Navigator.Storage.Webhooks;

namespace Navigator.Storage.Tests;

/// <summary>From an embedded file into PostgreSQL: what arrives, what is refused, and what becomes of an import that was stopped.</summary>
[Trait("Needs", "Servers")]
public sealed class MovingTests : IAsyncLifetime
{
    private const string Model = "test-model";

    /// <summary>Has a row of its own, keys and the audit.</summary>
    private const string Acme = "acme";

    /// <summary>Has documents and no row, as embedded mode without keys.</summary>
    private const string Development = "development";

    /// <summary>More than go in one statement.</summary>
    private const int Passages = 230;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10), Hour = TimeSpan.FromHours(1);
    private static readonly JobPlan BothTools = Shipped.Plan("q", "en", ["q"], ["q"]);

    private readonly TemporaryFile file = new();
    private readonly DirectoryInfo export = Directory.CreateTempSubdirectory("navigator-export-");
    private readonly Dictionary<string, Guid> jobs = [];
    private readonly Dictionary<string, DocumentRecord> documents = [];
    private SqliteDatabase embedded = null!;
    private SqliteJobLedger ledger = null!;
    private SqliteDocumentStore store = null!;
    private ApiKey key = null!, revoked = null!;
    private TestDatabase database = null!;

    [Fact]
    public async Task Everything_arrives_as_it_was()
    {
        await Export();

        var summary = await Import();

        Assert.True(summary.IsComplete);
        Assert.Equal(0, summary.LostCitations);
        Assert.All(summary.Kinds, kind => Assert.Equal((kind.Exported, 0L), (kind.Imported, kind.Present)));
        Assert.Equal([2, 2, 5, Passages + 4, jobs.Count, 4], summary.Kinds.Select(kind => (int)kind.Exported));
        await AssertMoved();
    }

    [Theory]
    [InlineData(ExportedKind.Tenants)]
    [InlineData(ExportedKind.Keys)]
    [InlineData(ExportedKind.Documents)]
    [InlineData(ExportedKind.Passages)]
    [InlineData(ExportedKind.Jobs)]
    [InlineData(ExportedKind.Audit)]
    public async Task An_import_that_was_stopped_goes_on_where_it_was(string kind)
    {
        await Export();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Import(
            now =>
            {
                if (now.Step == kind && now.Done > 0)
                    stop.Cancel();
            },
            stop.Token));

        var summary = await Import();

        Assert.True(summary.IsComplete);
        Assert.True(summary.Kinds[0].Present > 0);
        Assert.True(summary.Kinds.Sum(each => each.Imported) > 0);
        await AssertMoved();
        Assert.All((await Import()).Kinds, each => Assert.Equal((0L, each.Exported), (each.Imported, each.Present)));
    }

    [Fact]
    public async Task A_document_is_not_there_before_all_its_passages_are()
    {
        await Export();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Import(
            now =>
            {
                if (now is { Step: ExportedKind.Passages, Done: >= 100 })
                    stop.Cancel();
            },
            stop.Token));

        Assert.Equal(0, await database.Count("SELECT count(*) FROM document"));
        Assert.Equal(0, await database.Count("SELECT count(*) FROM passage"));
    }

    [Fact]
    public async Task An_owner_who_is_no_superuser_imports_too()
    {
        await Export();
        await using var plain = await PlainOwner.Create();
        await Migrator.Migrate(plain.Source, default);

        var summary = await PostgresImport.Run(plain.Source, export.FullName, _ => { }, 2, default);

        Assert.True(summary.IsComplete);
        Assert.NotNull(await new PostgresDocumentStore(plain.Source).Find(Development, documents["small"].Id, default));
        // And sees which models embedded the documents of all tenants.
        var coverage = new PostgresModelCoverage(plain.Source);
        await coverage.Use(Model, default);
        var model = Assert.Single(await coverage.Read(default));
        Assert.Equal(documents.Values.Count(document => document.Status == DocumentStatus.Ready), model.Documents);
        Assert.Equal(new PrunedVectors(0, 0), await coverage.Prune([Model], default));
    }

    [Fact]
    public async Task What_is_unfinished_is_due_at_once_and_what_is_held_waits_for_its_release()
    {
        await Export();
        await Import();

        var due = (await TestDatabase.Ledger(database.Source).TakeDue(100, Hour, default)).Select(job => job.Id).ToHashSet();
        var reading = (await new PostgresDocumentStore(database.Source).TakeDue(100, Hour, default)).Select(document => document.Id).ToHashSet();
        var telling = await new PostgresWebhooks(database.Source).TakeDue(100, Hour, default);
        var released = await TestDatabase.Ledger(database.Source).Release(100, Soon, default);

        Assert.Equal(new[] { "queued", "running", "tools" }.Select(name => jobs[name]).ToHashSet(), due);
        Assert.Equal(new[] { "queued", "half" }.Select(name => documents[name].Id).ToHashSet(), reading);
        Assert.Equal(jobs["failed"], Assert.Single(telling).JobId);
        Assert.Equal(new[] { "held", "again" }.Select(name => jobs[name]).ToHashSet(), released.Select(job => job.Id).ToHashSet());
    }

    [Fact]
    public async Task A_half_read_document_is_read_to_its_end_in_the_new_place()
    {
        await Export();
        await Import();
        var postgres = new PostgresDocumentStore(database.Source);
        var half = DocumentKey.Of(documents["half"]);

        Assert.Equal([1], (await postgres.FindUnembedded(half, Model, 0, 10, default)).Select(passage => passage.Ordinal));
        var ready = await postgres.StoreVectors(half, Model, [1], [VectorOf(1)], default);

        Assert.Equal((DocumentStatus.Ready, 2), (ready!.Status, ready.Embedded));
    }

    [Fact]
    public async Task An_export_is_one_moment_of_a_file_that_goes_on()
    {
        using var other = new SqliteConnection($"Data Source={file.Path};Pooling=false");
        other.Open();
        using var ask = other.CreateCommand();
        ask.CommandText = "INSERT INTO tenant (id, webhook_secret, created_at) VALUES ('late', zeroblob(32), 0); DELETE FROM audit";
        var isAsked = false;

        var manifest = await SqliteExport.Write(
            embedded, export.FullName,
            _ =>
            {
                if (!isAsked)
                    ask.ExecuteNonQuery();
                isAsked = true;
            },
            default);

        Assert.Equal((2L, 4L), (manifest.Files["tenants.jsonl"].Rows, manifest.Files["audit.jsonl"].Rows));
        Assert.DoesNotContain("late", await File.ReadAllTextAsync(PathOf("tenants.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_its_owners_alone_and_says_no_secret_of_a_key()
    {
        await Export();

        var files = Directory.GetFiles(export.FullName, "*", SearchOption.AllDirectories);

        Assert.Contains(PathOf("originals"), files);
        foreach (var path in files)
        {
            Assert.DoesNotContain(key.Secret, await File.ReadAllTextAsync(path), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task What_a_newer_program_stored_in_a_row_is_not_lost()
    {
        await embedded.Write(
            session => session.Change("UPDATE chat_job SET plan = json_set(plan, '$.format', 2, '$.hope', 'yes') WHERE id = $1", jobs["tools"]),
            default);
        await Export();

        Assert.True((await Import()).IsComplete);

        Assert.Equal(1, await database.Count("SELECT count(*) FROM chat_job WHERE plan ->> 'hope' = 'yes' AND plan ->> 'format' = '2'"));
    }

    [Theory]
    [InlineData("tenants.jsonl")]
    [InlineData("keys.jsonl")]
    [InlineData("documents.jsonl")]
    [InlineData("passages.jsonl")]
    [InlineData("jobs.jsonl")]
    [InlineData("audit.jsonl")]
    [InlineData("originals")]
    public async Task A_file_with_another_byte_is_refused_by_its_name_and_nothing_is_written(string name)
    {
        await Export();
        var path = PathOf(name);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        await AssertRefused($"{path} has changed since the export");
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("passages.jsonl")]
    [InlineData("originals")]
    public async Task A_file_that_is_missing_is_named_and_nothing_is_written(string name)
    {
        await Export();
        var path = PathOf(name);
        File.Delete(path);

        await AssertRefused($"{path} does not exist");
    }

    [Fact]
    public async Task An_export_of_another_format_is_refused_by_its_number()
    {
        await Export();
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(PathOf("manifest.json")))!;
        manifest["format"] = 2;
        manifest["new"] = true;
        await File.WriteAllTextAsync(PathOf("manifest.json"), manifest.ToJsonString());

        await AssertRefused($"{PathOf("manifest.json")} has format 2, and this version of Navigator reads format 1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format":"one"}""")]
    [InlineData("""{"format":1}""")]
    public async Task A_manifest_that_is_none_is_refused(string text)
    {
        await Export();
        await File.WriteAllTextAsync(PathOf("manifest.json"), text);

        await AssertRefused($"{PathOf("manifest.json")} is not the manifest of an export");
    }

    [Fact]
    public async Task What_is_there_under_another_id_is_kept_and_counted()
    {
        var there = await Add(new PostgresDocumentStore(database.Source), Acme, "large");
        var asked = (await TestDatabase.Ledger(database.Source).Submit(Question(idempotencyKey: "key"), default)).Job!.Id;
        await Export();

        var summary = await Import();

        Assert.False(summary.IsComplete);
        Assert.Equal([(Refusal.KeptFromBefore, 1L)], RefusedOf(summary, ExportedKind.Documents));
        Assert.Equal([(Refusal.DocumentRefused, (long)Passages)], RefusedOf(summary, ExportedKind.Passages));
        Assert.Equal([(Refusal.KeptFromBefore, 1L)], RefusedOf(summary, ExportedKind.Jobs));
        Assert.Equal(1, summary.LostCitations);
        Assert.NotNull(await new PostgresDocumentStore(database.Source).Find(Acme, there.Id, default));
        Assert.NotNull(await TestDatabase.Ledger(database.Source).Read(asked, default));
        Assert.NotNull(await TestDatabase.Ledger(database.Source).Read(jobs["answered"], default));
        // The others are there, and a second run says the same of these.
        Assert.Equal(4, await database.Count($"SELECT count(*) FROM document WHERE id <> '{there.Id}'"));
        Assert.Equal([(Refusal.KeptFromBefore, 1L)], RefusedOf(await Import(), ExportedKind.Documents));
    }

    [Fact]
    public async Task A_row_that_the_database_cannot_hold_is_refused_alone()
    {
        await embedded.Write(session => session.Change("UPDATE chat_job SET stage = 'answer' WHERE id = $1", jobs["queued"]), default);
        await embedded.Write(
            session => session.Change(
                """
                UPDATE passage_vector SET vector = x'0000c07f'
                WHERE  passage IN (SELECT passage.number FROM passage JOIN document ON document.number = passage.document WHERE document.id = $1)
                """,
                documents["small"].Id),
            default);
        await Export();

        var summary = await Import();

        Assert.Equal([("not_storable:planned_has_plan", 1L)], RefusedOf(summary, ExportedKind.Jobs));
        Assert.Equal([("not_storable:22000", 1L)], RefusedOf(summary, ExportedKind.Documents));
        Assert.Equal([(Refusal.DocumentRefused, 2L)], RefusedOf(summary, ExportedKind.Passages));
        Assert.Equal(jobs.Count - 1, await database.Count("SELECT count(*) FROM chat_job"));
        Assert.Equal(documents.Count - 1, await database.Count("SELECT count(*) FROM document"));
    }

    [Fact]
    public async Task A_document_that_has_changed_since_it_was_imported_is_told()
    {
        await Export();
        await Import();
        await database.Execute("DELETE FROM passage WHERE document_id = '" + documents["small"].Id + "' AND ordinal = 0");

        var summary = await Import();

        Assert.False(summary.IsComplete);
        Assert.Equal([(Refusal.DocumentChanged, 1L)], RefusedOf(summary, ExportedKind.Passages));
    }

    [Fact]
    public async Task Another_key_of_the_same_id_lets_nobody_else_in()
    {
        await new PostgresTenantRegistry(database.Owner).Create("zebra", default);
        await database.Execute(
            $"INSERT INTO api_key (id, tenant_id, secret_sha256, scopes) VALUES ('{key.Id}', 'zebra', decode(repeat('00', 32), 'hex'), '{{chat}}')");
        await Export();

        var summary = await Import();

        Assert.Equal([(Refusal.IdTaken, 1L)], RefusedOf(summary, ExportedKind.Keys));
        Assert.False(StoredKey.Matches(await new PostgresApiKeys(database.Api).Find(key.Id, default), key));
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.Create();
        embedded = SqliteDatabase.Open(file.Path, TimeProvider.System, TestSqlite.Limits);
        (ledger, store) = (TestSqlite.Ledger(embedded), new SqliteDocumentStore(embedded, new VectorCache(0)));
        await AddKeys();
        await AddDocuments();
        await AddJobs();
    }

    public async Task DisposeAsync()
    {
        embedded.Dispose();
        file.Dispose();
        export.Delete(recursive: true);
        await database.DisposeAsync();
    }

    private Task Export() => SqliteExport.Write(embedded, export.FullName, _ => { }, default);

    private Task<ImportSummary> Import(Action<MovingProgress>? progress = null, CancellationToken token = default) =>
        PostgresImport.Run(database.Owner, export.FullName, progress ?? (_ => { }), 2, token);

    /// <summary>A file of the export; of the originals, the one of the document that waits to be read.</summary>
    private string PathOf(string name) =>
        Path.Combine(export.FullName, name, name == "originals" ? documents["queued"].Id.ToString() : "");

    private static IEnumerable<(string Reason, long Rows)> RefusedOf(ImportSummary summary, string kind) =>
        summary.Kinds.Single(each => each.Kind == kind).Refused.Select(refused => (refused.Key, refused.Value));

    private async Task AssertRefused(string expected)
    {
        var error = await Assert.ThrowsAsync<MovingException>(() => Import());

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was imported.", error.Message, StringComparison.Ordinal);
        foreach (var table in new[] { "document", "passage", "chat_job", "webhook", "tenant WHERE id = 'acme'" })
            Assert.Equal(0, await database.Count($"SELECT count(*) FROM {table}"));
    }

    private async Task AssertMoved()
    {
        await AssertTenants();
        await AssertDocuments();
        await AssertSearches();
        await AssertJobs();
    }

    private async Task AssertTenants()
    {
        var (before, after) = (new SqliteTenantRegistry(embedded), new PostgresTenantRegistry(database.Owner));
        var audit = await before.Audit(null, 100, default);
        Assert.Equal(audit, (await after.Audit(null, 100, default)).Where(entry => entry.Action != "tenant.import" && entry.Tenant == Acme));
        Assert.Equivalent(await before.Keys(Acme, default), await after.Keys(Acme, default), strict: true);
        var keys = new PostgresApiKeys(database.Api);
        Assert.True(StoredKey.Matches(await keys.Find(key.Id, default), key));
        Assert.False(StoredKey.Matches(await keys.Find(revoked.Id, default), revoked));
        Assert.StartsWith("whsec_", await after.WebhookSecret(Development, rotate: false, default), StringComparison.Ordinal);
        Assert.Equal(await before.WebhookSecret(Acme, rotate: false, default), await after.WebhookSecret(Acme, rotate: false, default));
    }

    private async Task AssertDocuments()
    {
        var postgres = new PostgresDocumentStore(database.Source);
        foreach (var (tenant, id) in documents.Values.Select(document => (document.Tenant, document.Id)))
        {
            var (before, after) = ((await store.Find(tenant, id, default))!, (await postgres.Find(tenant, id, default))!);
            Assert.Equal(Lasting(before), Lasting(after));
            Assert.Equal(before.EmbeddedBy, after.EmbeddedBy);
        }
        Assert.Equal("queued"u8.ToArray(), await postgres.ReadOriginal(documents["queued"].Tenant, documents["queued"].Id, 0, 100, default));

        static DocumentRecord Lasting(DocumentRecord document) => document with { Now = default, DueAt = null, EmbeddedBy = [] };
    }

    private async Task AssertSearches()
    {
        var (before, after) = (new SqlitePassageIndex(embedded, new VectorCache(0)), new PostgresPassageIndex(database.Source, 5_000));
        foreach (var tenant in new[] { Acme, Development })
        {
            var search = new PassageSearch(
                tenant, Model, [.. new[] { "deductible", "word200", "the deductible of word7", "nothing" }.Select((text, i) =>
                    new PassageQuery(text, VectorOf(1_000 + i)))],
                null, 40, 0.25);
            var (expected, actual) = (await before.Search(search, default), await after.Search(search, default));
            for (var i = 0; i < expected.Count; i++)
            {
                AssertHits(expected[i].Lexical, actual[i].Lexical);
                AssertSimilar(expected[i].Nearest, actual[i].Nearest);
            }
            var ids = expected[0].Nearest.Select(hit => hit.PassageId).ToList();
            Assert.NotEmpty(ids);
            Assert.Equivalent(await before.Read(tenant, ids, default), await after.Read(tenant, ids, default), strict: true);
        }

        // PostgreSQL stores vectors in half precision, so that cosines differ by as much.
        static void AssertSimilar(IReadOnlyList<Hit> expected, IReadOnlyList<Hit> actual)
        {
            const double tolerance = 0.0005;
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Score, pair.Second.Score, tolerance));
            var found = actual.ToDictionary(hit => hit.PassageId);
            Assert.All(expected.Where(hit => hit.Score > expected[^1].Score + tolerance || expected.Count < 40), hit =>
                Assert.Equal((hit.DocumentId, hit.Score), (found[hit.PassageId].DocumentId, found[hit.PassageId].Score), (one, other) =>
                    one.DocumentId == other.DocumentId && Math.Abs(one.Score - other.Score) < tolerance));
        }

        // Each store rounds in its own way: hits that are as good as equal may change places, and at the end of the list be another's.
        static void AssertHits(IReadOnlyList<Hit> expected, IReadOnlyList<Hit> actual)
        {
            Assert.Equal(InOrder(expected), InOrder(actual));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Score, pair.Second.Score, tolerance: 0.0001));

            static IEnumerable<(Guid, Guid)> InOrder(IReadOnlyList<Hit> hits) =>
                hits.Where(hit => hits.Count < 40 || Rounded(hit) > Rounded(hits[^1])).OrderByDescending(Rounded).ThenBy(hit => hit.PassageId)
                    .Select(hit => (hit.PassageId, hit.DocumentId));

            static double Rounded(Hit hit) => Math.Round(hit.Score, 4);
        }
    }

    private async Task AssertJobs()
    {
        var postgres = TestDatabase.Ledger(database.Source);
        var (before, after) = (new SqliteWebhooks(embedded, null), new PostgresWebhooks(database.Source));
        foreach (var (name, id) in jobs)
        {
            var (expected, actual) = ((await ledger.Read(id, default))!, (await postgres.Read(id, default))!);
            Assert.Equivalent(expected with { Now = default, DueAt = null }, actual with { Now = default, DueAt = null });
            if (expected.Held)
                Assert.Equal(expected.DueAt, actual.DueAt);
            var (told, toldThere) = (await before.Find(Acme, id, default), await after.Find(Acme, id, default));
            Assert.Equal(told is null ? null : told with { NextAt = null }, toldThere is null ? null : toldThere with { NextAt = null });
            Assert.Equal(name is "answered" or "failed", toldThere is not null);
        }
        // The same request again is known to be that one.
        var repeated = await postgres.Submit(Question(idempotencyKey: "key"), default);
        Assert.Equal((jobs["queued"], SubmissionOutcome.Repeated), (repeated.Job!.Id, repeated.Outcome));
    }

    private async Task AddKeys()
    {
        var registry = new SqliteTenantRegistry(embedded);
        await registry.Create(Acme, default);
        key = await registry.CreateKey(Acme, [Scope.Chat, Scope.Operate], TimeSpan.FromDays(1), default);
        revoked = await registry.CreateKey(Acme, [Scope.Documents], null, default);
        await registry.RevokeKey(revoked.Id, default);
        await new SqliteApiKeys(embedded).NoteUsed(key.Id, default);
    }

    private async Task AddDocuments()
    {
        // The longer a passage is, the less one of its words weighs: no two are equally good.
        documents["large"] = await Ready(Acme, "large", [.. Enumerable.Range(0, Passages).Select(i => new NewPassage(
            i + 1, ["Costs", $"Part {i}"], "The deductible: " + string.Join(' ', Enumerable.Range(0, i + 1).Select(word => $"word{word}"))))]);
        documents["small"] = await Ready(
            Development, "small", [new NewPassage(null, [], "A deductible of “10 €”."), new NewPassage(null, [], "多少钱 deductible for word7")]);
        documents["queued"] = await Add(store, Acme, "queued");
        var failed = await Add(store, Acme, "failed");
        documents["failed"] = (await store.Fail(DocumentKey.Of(failed), new ChatError("document_encrypted", "Encrypted."), default))!;
        var half = await Extracted(Acme, "half", [new NewPassage(1, [], "first"), new NewPassage(1, [], "second")]);
        documents["half"] = (await store.StoreVectors(DocumentKey.Of(half), Model, [0], [VectorOf(0)], default))!;
    }

    private async Task AddJobs()
    {
        jobs["queued"] = await Submit(idempotencyKey: "key");
        jobs["held"] = await Submit(share: new TenantShare(1_000, 0));
        jobs["running"] = await Claimed();
        jobs["tools"] = (await Planned()).Id;
        jobs["answered"] = await Answered();
        jobs["refused"] = await Ended(JobStatus.Refused, "content_filtered");
        jobs["failed"] = await Ended(JobStatus.Failed, "answer_failed", callback: "https://example.com/failed");
        jobs["expired"] = await Ended(JobStatus.Expired, "deadline_exceeded");
        jobs["cancelled"] = await Submit();
        await ledger.Cancel(Acme, jobs["cancelled"], default);
        jobs["again"] = await Ended(JobStatus.Failed, "answer_failed");
        Assert.NotNull(await ledger.Requeue((await ledger.Read(jobs["again"], default))!, Guid.CreateVersion7(), Soon));
        // One was told and one is just being told.
        var webhooks = new SqliteWebhooks(embedded, null);
        var share = new DeliveryShare(10, Soon);
        var told = (await webhooks.Claim(jobs["answered"], Hour, share, default))!;
        Assert.True(await webhooks.Record(told, new DeliveryOutcome(true, 204, null, null), default));
        Assert.NotNull(await webhooks.Claim(jobs["failed"], Hour, share, default));
    }

    private async Task<Guid> Submit(string? idempotencyKey = null, string? callback = null, TenantShare? share = null) =>
        (await ledger.Submit(Question(idempotencyKey, callback, share), default)).Job!.Id;

    private static NewJob Question(string? idempotencyKey = null, string? callback = null, TenantShare? share = null)
    {
        var id = Guid.CreateVersion7();
        return new NewJob(
            id, Acme, id.ToString(), "¿Cuánto? 多少钱 'quotes' \"double\" \\ %", new JobOptions(true, [Guid.Empty], "es", callback),
            idempotencyKey, [1, 2], Hour, Soon, share ?? new TenantShare(1_000, 1_000));
    }

    private async Task<Guid> Claimed()
    {
        var job = await Submit();
        await ledger.Claim(new JobKey(job, 1), JobStage.Intake, "w", Hour, false, 3, default);
        return job;
    }

    private async Task<JobKey> Planned(string? callback = null)
    {
        var job = new JobKey(await Submit(callback: callback), 1);
        await ledger.Claim(job, JobStage.Intake, "w", Hour, false, 3, default);
        await ledger.Plan(job, BothTools with { Second = Shipped.Wave(["more"], []) }, ["translation: late"], Hour, default);
        return job;
    }

    private async Task<Guid> Answered()
    {
        var job = await Planned("https://example.com/answered");
        var (document, passage) = (documents["large"].Id, Guid.CreateVersion7());
        await ledger.FinishTool(
            job, Tool.Documents, new DocumentsResult([new FoundPassage(passage, document, 0.1234567890123, 0.5)], 12), null, Hour, null, default);
        await ledger.FinishTool(
            job, Tool.WebSearch, new WebSearchResult([new FoundPage("https://example.org", "Page", "Text", 1e-7)], 3), null, Hour, "w", default);
        Assert.NotNull(await ledger.Answer(
            job,
            new JobAnswer
            {
                Text = "Ten [1], says the web [2].",
                Language = "en",
                Model = "m",
                Confidence = 0.7,
                FollowUps = ["And then?"],
                Citations =
                [
                    new JobCitation
                    {
                        Marker = 1, Kind = "document", DocumentId = document, PassageId = passage, Title = "large", Page = 3, Quote = "q",
                        Score = 0.9,
                    },
                    new JobCitation { Marker = 2, Kind = "web", Title = "Page", Quote = "Text", Url = "https://example.org", Score = 0.1 },
                ],
            },
            [], default));
        return job.Id;
    }

    private async Task<Guid> Ended(JobStatus status, string code, string? callback = null)
    {
        var job = await Planned(callback);
        Assert.NotNull(await ledger.End(job, status, new ChatError(code, "It ended."), default));
        return job.Id;
    }

    private async Task<DocumentRecord> Ready(string tenant, string content, NewPassage[] passages)
    {
        var document = await Extracted(tenant, content, passages);
        return (await store.StoreVectors(
            DocumentKey.Of(document), Model, [.. Enumerable.Range(0, passages.Length)], [.. Enumerable.Range(0, passages.Length).Select(VectorOf)],
            default))!;
    }

    private async Task<DocumentRecord> Extracted(string tenant, string content, NewPassage[] passages)
    {
        var key = DocumentKey.Of(await Add(store, tenant, content));
        await store.Claim(key, "w", Hour, false, 3, default);
        return (await store.StorePassages(key, 1, passages, Hour, default))!;
    }

    private static async Task<DocumentRecord> Add(IDocumentStore store, string tenant, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var (document, accepted) = await store.Add(
            new NewDocument(Guid.CreateVersion7(), tenant, content, "text/plain", bytes, SHA256.HashData(bytes), Hour, Soon), default);
        Assert.True(accepted);
        return document;
    }

    /// <summary>float[1536], another one for each number, and the same each time.</summary>
    private static ReadOnlyMemory<float> VectorOf(int number)
    {
        var random = new Random(number);
        return Enumerable.Range(0, 1_536).Select(_ => random.NextSingle()).ToArray();
    }
}
