using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Upstreams;
using Npgsql;
using Xunit.Abstractions;

namespace Navigator.EndToEnd.Tests;

/// <summary>What a person does, from upload to answer, in both modes.</summary>
public abstract class JourneyTests(OfflineSystem offline, ModelSystem models, ITestOutputHelper output)
{
    /// <summary>0: embedded.</summary>
    protected int Workers => offline.Workers;

    internal NavigatorSystem Offline => offline.System;

    private static TimeSpan IngestionLimit => NavigatorSystem.Patience;

    [CorpusFact("insurance/scan_classic_hmo.pdf")]
    public async Task A_real_document_of_232_pages_is_read_and_every_question_about_it_answered_with_its_page()
    {
        var system = offline.System;

        var document = await system.Ingest("scan_classic_hmo.pdf", await File.ReadAllBytesAsync(Corpora.Get("insurance/scan_classic_hmo.pdf")),
            IngestionLimit);

        Assert.Equal(("ready", 232), (document.GetProperty("status").GetString(), document.GetProperty("pages").GetInt32()));
        var (texts, pages, lines) = (0, 0, File.ReadAllLines(Corpora.Get("insurance/questions.jsonl")));
        foreach (var line in lines)
        {
            var question = JsonDocument.Parse(line).RootElement;
            var job = await system.Ask(question.GetProperty("question").GetString()!);
            Assert.Equal("answered", job.GetProperty("status").GetString());
            var citations = job.GetProperty("answer").GetProperty("citations").EnumerateArray()
                .Where(citation => citation.GetProperty("document_id").GetString() == document.GetProperty("id").GetString()).ToList();
            var right = question.GetProperty("page").EnumerateArray().Select(page => page.GetInt32()).ToList();
            var answer = job.GetProperty("answer").GetProperty("text").GetString()!;
            var text = question.GetProperty("expect").EnumerateArray()
                .All(expected => answer.Contains(expected.GetString()!, StringComparison.Ordinal));
            var page = citations.Any(citation => right.Any(known => Math.Abs(known - citation.GetProperty("page").GetInt32()) <= 1));
            texts += text ? 1 : 0;
            pages += page ? 1 : 0;
            output.WriteLine($"text {text}, page {page}: {question.GetProperty("question").GetString()}\n{answer}");
        }
        // By words alone: the test systems carry no model. Embedded, the sample document is searched too, and one question finds its words there.
        Assert.InRange(texts, lines.Length - 2, lines.Length);
        Assert.InRange(pages, lines.Length - 2, lines.Length);
    }

    [Fact]
    public async Task A_citation_opens_the_pdf_that_it_quotes_at_its_page()
    {
        var system = offline.System;
        var pdf = PdfSamples.Lines((72, 700, "The axolotl regrows its tail within 45 days."));
        var document = await system.Ingest("axolotl.pdf", pdf, IngestionLimit);
        var id = document.GetProperty("id").GetString();

        var job = await system.Ask("What does the axolotl regrow?", new[] { id });

        Assert.Equal("ready", document.GetProperty("status").GetString());
        Assert.Equal($"/v1/documents/{id}/original", document.GetProperty("links").GetProperty("original").GetString());
        var link = job.GetProperty("answer").GetProperty("citations")[0].GetProperty("link").GetString()!;
        Assert.Equal($"/v1/documents/{id}/original#page=1", link);
        using var original = await system.Client.GetAsync(new Uri(link, UriKind.Relative));
        Assert.Equal(pdf, await original.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/pdf", original.Content.Headers.ContentType!.ToString());
        Assert.Equal("inline", original.Content.Headers.ContentDisposition!.DispositionType);
        // Chrome's viewer shows nothing under either.
        var policy = Assert.Single(original.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("sandbox", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("default-src", policy, StringComparison.Ordinal);
        using var range = new HttpRequestMessage(HttpMethod.Get, document.GetProperty("links").GetProperty("original").GetString());
        range.Headers.TryAddWithoutValidation("Range", "bytes=0-4");
        using var part = await system.Client.SendAsync(range);
        Assert.Equal((HttpStatusCode.PartialContent, "%PDF-"), (part.StatusCode, await part.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Where_originals_are_not_kept_a_ready_document_has_none()
    {
        await using var system = await NavigatorSystem.Start(Workers, null, ("Ingestion__KeepOriginals", "false"));

        var document = await system.Ingest("zebra.md", Encoding.UTF8.GetBytes("The zebra is striped."), IngestionLimit);

        Assert.Equal("ready", document.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("links").GetProperty("original").ValueKind);
        using var original = await system.Client.GetAsync(
            new Uri($"{document.GetProperty("links").GetProperty("self").GetString()}/original", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, original.StatusCode);
        Assert.Contains("original_not_kept", await original.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_model_and_the_web_the_answer_comes_from_both()
    {
        var (system, upstreams) = models.Afresh();
        var document = await system.Ingest("zebra.md", Encoding.UTF8.GetBytes("# Animals\n\nThe zebra is striped."), IngestionLimit);

        var job = await system.Ask("What is the latest news about the zebra?", new[] { document.GetProperty("id").GetString() });

        var answer = job.GetProperty("answer");
        Assert.Equal("gpt-4o-mini", answer.GetProperty("model").GetString());
        Assert.Equal("The stand-in read the sources and answers from the first [1].", answer.GetProperty("text").GetString());
        Assert.Equal("The zebra is striped.", Assert.Single(answer.GetProperty("citations").EnumerateArray()).GetProperty("quote").GetString());
        Assert.Empty(job.GetProperty("degraded").EnumerateArray());
        Assert.NotEqual(JsonValueKind.Null, job.GetProperty("timings").GetProperty("web_search_ms").ValueKind);
        Assert.Contains("What the web says about", Prompt(upstreams), StringComparison.Ordinal);
        Assert.Contains("The zebra is striped.", Prompt(upstreams), StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_the_web_fails_the_job_is_answered_without_it_and_says_so()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(Workers, upstreams, ("Concurrency__Upstreams__tavily__Timeout", "1s"));

        // One fewer than open the circuit.
        foreach (var fault in new[] { Fault.BlackHole, Fault.Status, Fault.Garbage, Fault.Reset })
        {
            upstreams.Set("search", new Behaviour { Fault = fault });
            var job = await system.Ask("What is the latest news?");
            Assert.True(job.GetProperty("status").GetString() == "answered", $"{fault}: {job}");
            Assert.StartsWith("web_search: ", Assert.Single(job.GetProperty("degraded").EnumerateArray()).GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(4, upstreams.CallsOf("search"));
        if (Workers > 0)
            Assert.DoesNotContain(await system.Queues(), queue => queue.Name.Contains('_', StringComparison.Ordinal) && queue.Messages > 0);
    }

    [Theory]
    [InlineData("embeddings", "embedding_failed")]
    [InlineData("answers", "answer_failed")]
    public async Task When_a_model_fails_for_good_the_job_fails_with_a_code(string upstream, string code)
    {
        var (system, upstreams) = models.Afresh();
        upstreams.Set(upstream, new Behaviour { Fault = Fault.Status, Status = 500 });

        // A question of its own: what was embedded before is remembered.
        var job = await system.Ask($"What is covered when {upstream} fail?");

        Assert.Equal(("failed", code), (job.GetProperty("status").GetString(), job.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("HTTP 500", job.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_while_the_model_was_away_is_replayed_and_answered_and_remembers_how_it_ended_before()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { Fault = Fault.Status, Status = 500 });
        await using var system = await NavigatorSystem.Start(Workers, upstreams);
        var failed = await system.End(await system.Submit(new { question = "What is covered?", web = false }), TimeSpan.FromSeconds(60));
        upstreams.Set("answers", new Behaviour());

        using var response = await system.Client.PostAsJsonAsync("/v1/replays", new { filter = new { error_code = "answer_failed" } });
        var self = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("links").GetProperty("self").GetString();
        var counts = default(JsonElement);
        await Eventually.Holds(async () =>
        {
            counts = (await system.Client.GetFromJsonAsync<JsonElement>(self)).GetProperty("counts");
            return counts.GetProperty("answered").GetInt32() > 0;
        });

        Assert.Equal((1, 1, 1, 0), (counts.GetProperty("matched").GetInt32(), counts.GetProperty("replayed").GetInt32(),
            counts.GetProperty("answered").GetInt32(), counts.GetProperty("failed_again").GetInt32()));
        var job = await system.Client.GetFromJsonAsync<JsonElement>($"/v1/chat/jobs/{failed.GetProperty("id").GetString()}");
        Assert.Equal(("answered", 2), (job.GetProperty("status").GetString(), job.GetProperty("attempt").GetInt32()));
        Assert.Equal("answer_failed", Assert.Single(job.GetProperty("earlier_ends").EnumerateArray()).GetProperty("error").GetProperty("code")
            .GetString());
    }

    [Fact]
    public async Task A_model_that_refuses_makes_a_refused_job()
    {
        var (system, upstreams) = models.Afresh();
        upstreams.Set("answers", new Behaviour { Fault = Fault.ContentFilter });

        var job = await system.Ask("What is covered?");

        Assert.Equal(("refused", "content_filtered"),
            (job.GetProperty("status").GetString(), job.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_cancelled_job_stops_the_call_that_runs_for_it()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { Fault = Fault.BlackHole });
        // Noticed with the next renewal of the lease, long before the call would be given up.
        await using var system = await NavigatorSystem.Start(
            Workers, upstreams, ("Concurrency__Job__Lease", "6000ms"), ("Concurrency__Upstreams__answers__Timeout", "300000ms"),
            ("Concurrency__Queues__compose-answer__Timeout", "300000ms"));
        var job = await system.Submit(new { question = "What is covered?", deadline_seconds = 600 });
        await Eventually.Holds(() => upstreams.CallsInFlight("answers") == 1);

        using var response = await system.Client.DeleteAsync(job);

        Assert.Equal("cancelled", (await system.End(job, TimeSpan.FromSeconds(5))).GetProperty("status").GetString());
        await Eventually.Holds(() => upstreams.CallsInFlight("answers") == 0);
        Assert.Equal(1, upstreams.CallsOf("answers"));
    }

    [CorpusFact("insurance/scan_classic_hmo.pdf")]
    public async Task On_a_machine_without_pdftotext_a_real_document_is_read_and_its_right_page_cited()
    {
        await using var system = await NavigatorSystem.Start(Workers, null, ("Ingestion__PdfToText", "/nowhere/pdftotext"));

        var document = await system.Ingest("scan_classic_hmo.pdf", await File.ReadAllBytesAsync(Corpora.Get("insurance/scan_classic_hmo.pdf")),
            IngestionLimit);
        var job = await system.Ask("How much does an ambulance ride cost me?", new[] { document.GetProperty("id").GetString() });

        Assert.Equal(("ready", 232), (document.GetProperty("status").GetString(), document.GetProperty("pages").GetInt32()));
        Assert.Contains("$180", job.GetProperty("answer").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains(job.GetProperty("answer").GetProperty("citations").EnumerateArray(),
            citation => citation.GetProperty("page").GetInt32() == 61);
    }

    [Theory]
    [InlineData("none.pdf", "%PDF-1.4\nthis is none", "document_not_readable")]
    [InlineData("zero.pdf", PdfSamples.NoPages, "document_empty")]
    [InlineData("blank.pdf", PdfSamples.BlankPage, "document_without_text")]
    [InlineData("secret.pdf", PdfSamples.Encrypted, "document_encrypted")]
    public async Task A_pdf_that_cannot_be_read_fails_says_why_and_leaves_nothing(string name, string content, string code)
    {
        var system = offline.System;

        var document = await system.Ingest(name, Encoding.Latin1.GetBytes(content), IngestionLimit);

        Assert.Equal(("failed", code), (document.GetProperty("status").GetString(), document.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(0, document.GetProperty("embedded_passages").GetInt32());
    }

    [Fact]
    public async Task A_pdf_that_unfolds_to_more_than_there_is_room_for_fails_and_others_are_read()
    {
        var system = offline.System;
        var bomb = PdfSamples.Bomb(5_000);

        var document = await system.Ingest("bomb.pdf", bomb, NavigatorSystem.Patience);
        var other = await system.Ingest("zebra.md", Encoding.UTF8.GetBytes("The zebra is striped."), IngestionLimit);

        Assert.InRange(bomb.Length, 0, 2_000_000);
        Assert.Equal("failed", document.GetProperty("status").GetString());
        Assert.Contains(document.GetProperty("error").GetProperty("code").GetString(), new[] { "document_too_complex", "document_too_long" });
        Assert.Equal("ready", other.GetProperty("status").GetString());
    }

    private static string Prompt(UpstreamServer upstreams)
    {
        using var request = JsonDocument.Parse(Assert.Single(upstreams.RequestsTo("answers")));
        return request.RootElement.GetProperty("messages")[1].GetProperty("content").GetString()!;
    }
}

public sealed class EmbeddedJourneyTests(EmbeddedOffline offline, EmbeddedModels models, ITestOutputHelper output)
    : JourneyTests(offline, models, output), IClassFixture<EmbeddedOffline>, IClassFixture<EmbeddedModels>;

public sealed class DistributedJourneyTests(DistributedOffline offline, DistributedModels models, ITestOutputHelper output)
    : JourneyTests(offline, models, output), IClassFixture<DistributedOffline>, IClassFixture<DistributedModels>
{
    [Fact]
    public async Task Every_step_is_a_durable_queue_with_a_consumer_in_each_worker()
    {
        await using var system = await NavigatorSystem.StartProcesses(workers: 2);
        await Eventually.Holds(async () => (await system.Queues()).All(queue => queue is { Consumers: 2, Messages: 0 }));

        var queues = await system.Queues();

        Assert.Equal(
            ["compose-answer", "deliver-webhook", "embed-passages", "embed-question", "ingest-document", "prepare-question", "retrieve-passages",
                "search-web"],
            queues.Select(queue => queue.Name).Order(StringComparer.Ordinal));
        Assert.All(queues, queue => Assert.Equal(("quorum", 2, 0), (queue.Type, queue.Consumers, queue.Messages)));
    }

    [Fact]
    public async Task A_job_that_a_newer_version_stored_is_refused_by_name_and_others_go_on()
    {
        var job = await Offline.Submit(new { question = "What is my deductible?" });
        await Offline.End(job, TimeSpan.FromSeconds(60));
        await using var connection = new NpgsqlConnection(Offline.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "UPDATE chat_job SET answer = answer || '{\"format\": 2, \"new\": true}' WHERE id = $1", connection);
        command.Parameters.Add(new() { Value = Guid.Parse(job.ToString().Split('/')[^1]) });
        await command.ExecuteNonQueryAsync();

        using var response = await Offline.Client.GetAsync(job);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stored_format_unknown"), (response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("answered", (await Offline.Ask("What is my deductible?")).GetProperty("status").GetString());
    }
}
