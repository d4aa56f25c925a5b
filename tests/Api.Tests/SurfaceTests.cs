using System.Net;
using System.Text;
using System.Text.Json;
using Navigator.Servers;
using Xunit.Abstractions;

namespace Navigator.Api.Tests;

public sealed class SurfaceTests(ApiHost api, ITestOutputHelper output) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task The_process_is_alive_and_ready()
    {
        Assert.Equal("ok", (await api.Get("/health/live")).GetProperty("status").GetString());
        var ready = await api.Get("/health/ready");
        Assert.Equal("ok", ready.GetProperty("status").GetString());
        Assert.Equal("ok", ready.GetProperty("parts").GetProperty("broker").GetString());
    }

    [Fact]
    public async Task Numbers_are_there_for_prometheus()
    {
        await api.Ask(new { question = "What is my deductible?" });

        Assert.Contains(
            (await api.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n'),
            line => line.StartsWith("navigator_jobs_ended_total{", StringComparison.Ordinal)
                && line.Contains("status=\"Answered\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_said_of_searches_is_true_without_a_PostgreSQL()
    {
        await api.Ask(new { question = "What is my deductible?" });

        var limits = new List<string>();
        await Eventually.Holds(async () =>
        {
            limits = [.. (await api.Get("/v1/limits")).GetProperty("processes").EnumerateArray()
                .SelectMany(process => process.GetProperty("limits").GetProperty("usage").EnumerateArray())
                .Select(limit => $"{limit.GetProperty("kind").GetString()} {limit.GetProperty("name").GetString()}")];
            return limits.Contains("searches passages");
        });
        Assert.DoesNotContain(limits, limit => limit.Contains("postgres", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        var document = await api.Get("/openapi/v1.json");

        string[] paths = ["/v1/chat/jobs", "/v1/chat/jobs/{id}", "/v1/chat/jobs/{id}/events", "/v1/chat/jobs/{id}/retrieval",
            "/v1/documents", "/v1/documents/{id}", "/v1/documents/{id}/original", "/v1/documents/{id}/passages/{passageId}",
            "/v1/replays", "/v1/replays/{id}", "/v1/replays/{id}/pause"];
        Assert.All(paths, path => Assert.True(document.GetProperty("paths").TryGetProperty(path, out _), path));
        var original = Assert.Single(document.GetProperty("paths").GetProperty("/v1/documents/{id}/original").EnumerateObject());
        Assert.Equal("get", original.Name);
        Assert.Equal(["application/pdf", "text/html", "text/markdown", "text/plain"],
            original.Value.GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject().Select(type => type.Name)
                .Order(StringComparer.Ordinal));
        var fields = document.GetProperty("components").GetProperty("schemas").GetProperty("ChatJob").GetProperty("properties");
        Assert.True(fields.TryGetProperty("conversation_id", out _));
    }

    [Fact]
    public async Task The_page_runs_no_script_but_its_own()
    {
        var response = await api.Client.GetAsync(new Uri("/", UriKind.Relative));
        var html = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("script-src 'self'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync(new Uri("/page.js", UriKind.Relative))).StatusCode);
    }

    [CorpusFact("naughty-strings/blns.json")]
    public async Task Strings_that_break_programs_are_kept_as_they_are_and_answered()
    {
        var strings = JsonSerializer.Deserialize<string[]>(await File.ReadAllTextAsync(Corpora.Get("naughty-strings/blns.json")))!;

        var asked = 0;
        foreach (var chunk in strings.Chunk(32))
        {
            await Task.WhenAll(chunk.Select(async text =>
            {
                var response = await api.Post("/v1/chat/jobs?wait=20", new { question = text });
                if (string.IsNullOrWhiteSpace(text))
                {
                    await ApiHost.AssertProblem(response, 422, "question_empty");
                    return;
                }
                var job = await ApiHost.Json(response);
                Assert.Equal(text, job.GetProperty("question").GetString());
                Assert.Contains(job.GetProperty("status").GetString(), new[] { "answered", "refused" });
                Interlocked.Increment(ref asked);
            }));
        }
        output.WriteLine($"{asked} of {strings.Length} strings asked");
        Assert.True(asked > 450);
    }

    [CorpusFact("naughty-strings/blns.json")]
    public async Task Strings_that_break_programs_are_titles_and_documents_and_come_back_as_they_were()
    {
        var strings = JsonSerializer.Deserialize<string[]>(await File.ReadAllTextAsync(Corpora.Get("naughty-strings/blns.json")))!;

        var (titles, passages) = (0, 0);
        foreach (var chunk in strings.Index().Chunk(16))
        {
            await Task.WhenAll(chunk.Select(async entry =>
            {
                var (i, text) = entry;
                var content = Encoding.UTF8.GetBytes($"Marker number{i} begins.\n{text}\nMarker number{i} ends.");
                var uploaded = await api.Upload($"naughty-{i}.txt", content, title: text);
                if (uploaded.StatusCode == HttpStatusCode.UnprocessableEntity)
                {
                    // Not every string is a title; the document does not have to have it.
                    await ApiHost.AssertProblem(uploaded, 422, "invalid_title");
                    uploaded = await api.Upload($"naughty-{i}.txt", content);
                }
                else if (!string.IsNullOrWhiteSpace(text.Trim('\uFEFF')))
                {
                    // Control characters are no part of a title.
                    Assert.Equal(string.Concat(text.Where(c => !char.IsControl(c))).Trim(),
                        (await ApiHost.Json(uploaded)).GetProperty("title").GetString()!.Trim());
                    Interlocked.Increment(ref titles);
                }
                var document = await api.Ingested(uploaded);
                Assert.Equal("ready", document.GetProperty("status").GetString());
                var job = await api.Ask(new
                {
                    question = $"Where does marker number{i} begin?",
                    document_ids = new[] { document.GetProperty("id").GetString() }
                });
                var citation = job.GetProperty("answer").GetProperty("citations")[0];
                var passage = (await api.Get($"/v1/documents/{citation.GetProperty("document_id").GetString()}"
                    + $"/passages/{citation.GetProperty("passage_id").GetString()}")).GetProperty("text").GetString()!;
                if (Plain(passage).Contains(Plain(text), StringComparison.Ordinal))
                    Interlocked.Increment(ref passages);
                else
                    output.WriteLine($"{i}: {JsonSerializer.Serialize(text)} came back as {JsonSerializer.Serialize(passage)}");
            }));
        }
        output.WriteLine($"{titles} titles, {passages} passages of {strings.Length}");
        Assert.True(titles > 450);
        Assert.True(passages > strings.Length - 5, $"{passages} of {strings.Length}");

        // What is layout is not kept as it was, and control characters are no text; everything else is.
        static string Plain(string text) => string.Join(' ',
            string.Concat(text.Where(c => !char.IsControl(c) || char.IsWhiteSpace(c))).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
