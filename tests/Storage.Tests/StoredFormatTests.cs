using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Tests;

/// <summary>Rows of other versions in the ledger.</summary>
[Trait("Needs", "Servers")]
public sealed class StoredFormatTests : IAsyncLifetime
{
    private static readonly Guid Document = Guid.Parse("0198c2a4-0000-7000-8000-000000000001");
    private static readonly Guid Passage = Guid.Parse("0198c2a4-0000-7000-8000-000000000002");

    private TestDatabase database = null!;
    private PostgresJobLedger ledger = null!;

    /// <summary>As the version wrote it that numbered no formats (commit 47bb14b): every member of every part.</summary>
    [Fact]
    public async Task A_row_of_the_version_before_is_read_whole()
    {
        var id = await Insert(
            options: $$"""{"web":true,"document_ids":["{{Document}}"],"language":"es","callback_url":"https://example.org/hook"}""",
            plan: """
            {"question":"What is covered?","language":"es","document_queries":["covered"],"web_queries":["covered news"],"by":"gpt-4o-mini",
             "translated":true,"small_talk":false,"second":{"documents":["cover"],"web":["news"]},"wave":2}
            """,
            results: $$$"""
            {"documents":{"passages":[{"passage_id":"{{{Passage}}}","document_id":"{{{Document}}}","score":0.5,"similarity":0.75}],
                          "elapsed_ms":12,"fits":false},
             "web_search":{"pages":[{"url":"https://example.org","title":"Page","content":"Text","score":0.9}],"elapsed_ms":340}}
            """,
            answer: $$"""
            {"text":"Yes [1].","language":"es","model":"gpt-4o-mini",
             "citations":[{"marker":1,"kind":"document","document_id":"{{Document}}","title":"Policy","page":3,"passage_id":"{{Passage}}",
                           "quote":"covered","score":0.5},
                          {"marker":2,"kind":"web","title":"Page","quote":"Text","url":"https://example.org","score":0.4}],
             "confidence":0.8,"follow_ups":["And then?"],"truncated":true,"dropped_citations":2}
            """,
            ends: """
            [{"status":"failed","attempt":1,"finished_at":"2026-11-24T10:00:00+00:00","error":{"code":"answer_failed","message":"HTTP 500."}}]
            """);

        var job = (await ledger.Find("a", id, default))!;

        Assert.Equal((true, "es", "https://example.org/hook"), (job.Options.Web, job.Options.Language, job.Options.CallbackUrl));
        Assert.Equal([Document], job.Options.DocumentIds);
        Assert.Equal(("What is covered?", "es", "gpt-4o-mini", true, false, 2),
            (job.Plan!.Question, job.Plan.Language, job.Plan.By, job.Plan.Translated, job.Plan.SmallTalk, job.Plan.Wave));
        Assert.Equal(["covered", "covered news"], [.. job.Plan.First.Of(Tool.Documents), .. job.Plan.First.Of(Tool.WebSearch)]);
        Assert.Equal(["cover", "news"], [.. job.Plan.Second!.Of(Tool.Documents), .. job.Plan.Second.Of(Tool.WebSearch)]);
        var documents = job.Results.Of<DocumentsResult>(Tool.Documents)!;
        Assert.Equal(new FoundPassage(Passage, Document, 0.5, 0.75), Assert.Single(documents.Passages));
        Assert.Equal((12, false), (documents.ElapsedMs, documents.Fits));
        var web = job.Results.Of<WebSearchResult>(Tool.WebSearch)!;
        Assert.Equal(new FoundPage("https://example.org", "Page", "Text", 0.9), Assert.Single(web.Pages));
        Assert.Equal(340, web.ElapsedMs);
        Assert.Equal(("Yes [1].", "es", "gpt-4o-mini", 0.8, true, 2),
            (job.Answer!.Text, job.Answer.Language, job.Answer.Model, job.Answer.Confidence, job.Answer.Truncated, job.Answer.DroppedCitations));
        Assert.Equal(["And then?"], job.Answer.FollowUps);
        Assert.Equal(
        [
            new JobCitation
            {
                Marker = 1, Kind = "document", DocumentId = Document, Title = "Policy", Page = 3, PassageId = Passage, Quote = "covered", Score = 0.5,
            },
            new JobCitation { Marker = 2, Kind = "web", Title = "Page", Quote = "Text", Url = "https://example.org", Score = 0.4 },
        ], job.Answer.Citations);
        Assert.Equal(
            new JobEnd(JobStatus.Failed, 1, new DateTimeOffset(2026, 11, 24, 10, 0, 0, TimeSpan.Zero), new JobError("answer_failed", "HTTP 500.")),
            Assert.Single(job.EarlierEnds));
    }

    [Fact]
    public async Task A_row_that_a_newer_version_wrote_is_refused_by_name_and_those_beside_it_are_taken()
    {
        var newer = await Insert(options: """{"format":3,"web":"perhaps"}""");
        var known = await Insert(options: """{"format":1,"web":false}""");

        var together = await Task.WhenAll(Attempt(newer), Attempt(known), Attempt(known), Attempt(newer));
        var due = await ledger.TakeDue(10, TimeSpan.FromMinutes(1), default);

        Assert.All([together[0], together[3]], error => Assert.Equal(
            $"Job {newer}: JobOptions is stored in format 3; this program reads format 2. A newer program wrote it.",
            Assert.IsType<StoredFormatException>(error).Message));
        Assert.All([together[1], together[2]], Assert.Null);
        Assert.Equal(known, Assert.Single(due).Id);

        Task<Exception?> Attempt(Guid id) => Record.ExceptionAsync(() => ledger.Read(id, default));
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.Create();
        ledger = TestDatabase.Ledger(database.Source);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    private async Task<Guid> Insert(string options, string? plan = null, string results = "{}", string? answer = null, string ends = "[]")
    {
        var id = Guid.CreateVersion7();
        await using var insert = database.Owner.CreateCommand(
            """
            INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, request_hash, plan, tool_result, answer, earlier_ends,
                                  status, stage, deadline_at, due_at, finished_at)
            SELECT $1, 'a', $1::text, 'What is covered?', $2::jsonb, '\x00', $3::jsonb, $4::jsonb, $5::jsonb, $6::jsonb,
                   CASE WHEN $5 IS NULL THEN 'queued' ELSE 'answered' END, CASE WHEN $5 IS NULL THEN 'intake' ELSE 'answer' END,
                   now() + interval '1 min', CASE WHEN $5 IS NULL THEN now() END, CASE WHEN $5 IS NOT NULL THEN now() END
            """);
        insert.Parameters.Add(new() { Value = id });
        foreach (var part in new[] { options, plan, results, answer, ends })
            insert.Parameters.Add(new() { Value = (object?)part ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await insert.ExecuteNonQueryAsync();
        return id;
    }
}
