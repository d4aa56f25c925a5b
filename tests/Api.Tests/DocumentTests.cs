using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Navigator.Api.Tests;

public sealed class DocumentTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("zebra.md", "# Animals\n\nThe zebra is striped.", "text/markdown")]
    [InlineData("okapi.html", "<p>The okapi is shy.</p>", "text/html")]
    [InlineData("lynx.txt", "The lynx is quick.", "text/plain")]
    public async Task A_file_is_ingested_and_answers_are_found_in_it(string name, string content, string mediaType)
    {
        var animal = Path.GetFileNameWithoutExtension(name);

        var uploaded = await api.Upload(name, Encoding.UTF8.GetBytes(content));
        var document = await api.Ingested(uploaded);

        Assert.Equal(HttpStatusCode.Accepted, uploaded.StatusCode);
        Assert.Equal($"/v1/documents/{document.GetProperty("id").GetString()}", uploaded.Headers.Location!.ToString());
        Assert.Equal(("ready", mediaType, animal), (Text(document, "status"), Text(document, "media_type"), Text(document, "title")));
        Assert.Equal(document.GetProperty("passages").GetInt32(), document.GetProperty("embedded_passages").GetInt32());
        var job = await api.Ask(new { question = $"What is the {animal} like?" });
        Assert.Equal(document.GetProperty("id").GetString(), Text(job.GetProperty("answer").GetProperty("citations")[0], "document_id"));
    }

    [Theory]
    [InlineData("<html><head><title>Sea &amp;\n  river otters</title></head><body><h1>Otters</h1><p>1 Otters float.</p>", "Sea & river otters")]
    [InlineData("<p>Before</p><h1>All <b>about</b> otters</h1><h1>More</h1><p>2 Otters float.</p>", "All about otters")]
    [InlineData("<title> </title><h1></h1><p>3 Otters float.</p>", "otters in 2026")]
    [InlineData("<p>4 Otters float.</p><svg><title>A picture</title></svg>", "otters in 2026")]
    public async Task A_page_without_a_given_title_has_the_one_that_it_gives_itself_or_its_files_name(string html, string expected)
    {
        var document = await api.Ingested(await api.Upload("otters-in_2026.html", Encoding.UTF8.GetBytes(html)));
        var job = await api.Ask(new { question = "What do otters do?", document_ids = new[] { Text(document, "id") } });

        Assert.Equal(("ready", expected), (Text(document, "status"), Text(document, "title")));
        Assert.Equal(expected, Text(job.GetProperty("answer").GetProperty("citations")[0], "title"));
    }

    [Fact]
    public async Task A_given_title_stands_above_a_pages_own_and_one_that_is_too_long_is_cut()
    {
        var given = await ApiHost.Json(await api.Upload("a.html", "<title>Its own</title><p>Given.</p>"u8.ToArray(), title: "Given"));
        var cut = await ApiHost.Json(await api.Upload(
            "b.html", Encoding.UTF8.GetBytes($"<title>{new string('t', 199)}\U0001F9A6 and more</title><p>Cut.</p>")));
        var nested = await ApiHost.Json(await api.Upload(
            "c.html", Encoding.UTF8.GetBytes($"<h1>{string.Concat(Enumerable.Repeat("<b>", 20_000))}Deep</h1><p>Nested.</p>")));

        Assert.Equal(("Given", new string('t', 199), "Deep"), (Text(given, "title"), Text(cut, "title"), Text(nested, "title")));
    }

    [Fact]
    public async Task Text_is_taken_as_json_too()
    {
        var document = await api.Ingested(await api.Post("/v1/documents", new { title = "Vet bills", text = "A vet costs $90." }));

        Assert.Equal(("ready", "Vet bills"), (Text(document, "status"), Text(document, "title")));
    }

    [Fact]
    public async Task The_same_bytes_twice_are_the_same_document()
    {
        var bytes = Encoding.UTF8.GetBytes("The same words.");

        var first = await api.Upload("one.txt", bytes);
        var second = await api.Upload("two.txt", bytes);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(Text(await ApiHost.Json(first), "id"), Text(await ApiHost.Json(second), "id"));
    }

    [Fact]
    public async Task A_deleted_document_is_gone_and_no_answer_cites_it()
    {
        var document = await api.Ingested(await api.Upload("quokka.txt", Encoding.UTF8.GetBytes("The quokka smiles.")));
        var path = new Uri(Text(document.GetProperty("links"), "self")!, UriKind.Relative);

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.DeleteAsync(path)).StatusCode);

        await ApiHost.AssertProblem(await api.Client.GetAsync(path), 404, "document_not_found");
        await ApiHost.AssertProblem(await api.Client.GetAsync(OriginalOf(document)), 404, "document_not_found");
        await ApiHost.AssertProblem(await api.Client.DeleteAsync(path), 404, "document_not_found");
        var job = await api.Ask(new { question = "Does the quokka smile?" });
        Assert.DoesNotContain(
            job.GetProperty("answer").GetProperty("citations").EnumerateArray(), citation => Text(citation, "document_id") == Text(document, "id"));
    }

    [Fact]
    public async Task With_a_document_go_the_questions_that_were_answered_from_it_and_those_after_them()
    {
        var before = await api.Ask(new { question = "Who sings at night?", conversation_id = "birds" });
        var document = await api.Ingested(await api.Upload("nachtschwalbe.txt", Encoding.UTF8.GetBytes("The nightjar sings at night.")));
        var answered = await api.Ask(new { question = "When does the nightjar sing?", conversation_id = "birds" });
        var after = await api.Ask(new { question = "Thanks!", conversation_id = "birds" });
        Assert.Equal(Text(document, "id"), Text(answered.GetProperty("answer").GetProperty("citations")[0], "document_id"));

        using var deleted = await api.Client.DeleteAsync(new Uri(Text(document.GetProperty("links"), "self")!, UriKind.Relative));

        foreach (var gone in new[] { answered, after })
            await ApiHost.AssertProblem(await api.Client.GetAsync(new Uri($"/v1/chat/jobs/{Text(gone, "id")}", UriKind.Relative)), 404,
                "job_not_found");
        Assert.Equal("answered", Text(await api.Get($"/v1/chat/jobs/{Text(before, "id")}"), "status"));
    }

    [Theory]
    [InlineData("gnu.txt", "The gnu grazes.", "text/plain", "inline; filename=gnu.txt; filename*=UTF-8''gnu.txt")]
    [InlineData("gnu.md", "# Gnu\n\nThe gnu grazes.", "text/markdown", "inline; filename=gnu.md; filename*=UTF-8''gnu.md")]
    public async Task A_document_can_be_read_as_it_was_uploaded(string name, string content, string mediaType, string disposition)
    {
        var original = OriginalOf(await api.Ingested(await api.Upload(name, Encoding.UTF8.GetBytes(content))));

        using var response = await api.Client.GetAsync(original);

        Assert.Equal((HttpStatusCode.OK, content), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal($"{mediaType}; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(disposition, response.Content.Headers.GetValues("Content-Disposition").Single());
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}\"", response.Headers.ETag!.Tag);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.StartsWith("sandbox; default-src 'none';", PolicyOf(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_a_document_can_be_read_and_its_headers_alone_and_nothing_that_is_known()
    {
        var original = OriginalOf(await api.Ingested(await api.Upload("yak.txt", Encoding.UTF8.GetBytes("The yak is warm."))));
        async Task<HttpResponseMessage> Send(HttpMethod method, string? header = null, string? value = null)
        {
            using var request = new HttpRequestMessage(method, original);
            if (header is not null)
                request.Headers.TryAddWithoutValidation(header, value);
            return await api.Client.SendAsync(request);
        }

        using var part = await Send(HttpMethod.Get, "Range", "bytes=4-6");
        using var beyond = await Send(HttpMethod.Get, "Range", "bytes=100-");
        using var head = await Send(HttpMethod.Head);
        using var known = await Send(HttpMethod.Get, "If-None-Match", head.Headers.ETag!.Tag);

        Assert.Equal((HttpStatusCode.PartialContent, "yak"), (part.StatusCode, await part.Content.ReadAsStringAsync()));
        Assert.Equal("bytes 4-6/16", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal((HttpStatusCode.OK, 16L), (head.StatusCode, head.Content.Headers.ContentLength!.Value));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    [Fact]
    public async Task A_document_of_many_parts_comes_back_as_it_was_whole_and_in_ranges_across_them()
    {
        var text = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"Line {i:00000} of it.\n"));
        var original = OriginalOf(await api.Ingested(await api.Upload("long.txt", Encoding.UTF8.GetBytes(text))));
        using var range = new HttpRequestMessage(HttpMethod.Get, original);
        range.Headers.TryAddWithoutValidation("Range", "bytes=262140-524300");

        using var part = await api.Client.SendAsync(range);

        Assert.Equal(text, await api.Client.GetStringAsync(original));
        Assert.Equal(text[262_140..524_301], await part.Content.ReadAsStringAsync());
    }

    /// <summary>Shown from our origin, its script could do whatever its reader may.</summary>
    [Fact]
    public async Task Html_is_downloaded_and_would_run_no_script()
    {
        var html = "<h1>Emu</h1><p>The emu runs.</p><script>fetch('/v1/documents')</script>";
        var original = OriginalOf(await api.Ingested(await api.Upload("emu.html", Encoding.UTF8.GetBytes(html))));

        using var response = await api.Client.GetAsync(original);

        Assert.Equal(html, await response.Content.ReadAsStringAsync());
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.StartsWith("sandbox;", PolicyOf(response), StringComparison.Ordinal);
        Assert.DoesNotContain("script", PolicyOf(response), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_file_has_the_name_of_its_title_in_any_script_and_one_extension()
    {
        var chinese = OriginalOf(await api.Ingested(await api.Upload("a.txt", Encoding.UTF8.GetBytes("The ibex climbs."), title: "保险 \"2026\"")));
        var extended = OriginalOf(await api.Ingested(await api.Upload("b.txt", Encoding.UTF8.GetBytes("The ibis wades."), title: "Ibis.TXT")));

        Assert.Equal("保险 \"2026\".txt", await NameOf(chinese));
        Assert.Equal("Ibis.TXT", await NameOf(extended));

        async Task<string?> NameOf(Uri original)
        {
            using var response = await api.Client.GetAsync(original);
            return response.Content.Headers.ContentDisposition!.FileNameStar;
        }
    }

    [Fact]
    public async Task A_citation_links_to_the_document_that_it_quotes()
    {
        var document = await api.Ingested(await api.Upload("dugong.txt", Encoding.UTF8.GetBytes("The dugong eats seagrass.")));

        var job = await api.Ask(new { question = "What does the dugong eat?", document_ids = new[] { Text(document, "id") } });

        var citation = job.GetProperty("answer").GetProperty("citations")[0];
        Assert.Equal($"/v1/documents/{Text(document, "id")}/original", Text(citation, "link"));
        Assert.Contains(Text(citation, "quote")!,
            await api.Client.GetStringAsync(new Uri(Text(citation, "link")!, UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_document_that_failed_nothing_is_kept()
    {
        var document = await api.Ingested(await api.Upload("none.html", Encoding.UTF8.GetBytes("<html><script>nothing else</script></html>")));

        Assert.Equal("failed", Text(document, "status"));
        Assert.Null(Text(document.GetProperty("links"), "original"));
        await ApiHost.AssertProblem(
            await api.Client.GetAsync(new Uri($"/v1/documents/{Text(document, "id")}/original", UriKind.Relative)), 404, "original_not_kept");
    }

    [Fact]
    public async Task Where_originals_are_not_kept_questions_are_answered_all_the_same_and_the_file_is_gone()
    {
        using var host = await ApiHost.Start(("Ingestion:KeepOriginals", "false"));

        var document = await host.Ingested(await host.Upload("coati.txt", Encoding.UTF8.GetBytes("The coati digs.")));
        var job = await host.Ask(new { question = "What does the coati do?", document_ids = new[] { Text(document, "id") } });

        Assert.Equal("ready", Text(document, "status"));
        Assert.Null(Text(document.GetProperty("links"), "original"));
        var link = Text(job.GetProperty("answer").GetProperty("citations")[0], "link")!;
        await ApiHost.AssertProblem(await host.Client.GetAsync(new Uri(link, UriKind.Relative)), 404, "original_not_kept");
    }

    [Theory]
    [InlineData("a.pdf", "this is no pdf", 422, "document_not_readable")]
    [InlineData("a.txt", "", 422, "document_empty")]
    [InlineData("a.txt", " \n\t ", 422, "document_empty")]
    [InlineData("a.docx", "PK", 415, "unsupported_document")]
    [InlineData("a.txt", "with a \0 in it", 415, "unsupported_document")]
    public async Task A_file_that_cannot_be_one_is_refused_at_once(string name, string content, int status, string code)
    {
        var before = (await api.Get("/v1/documents?limit=100")).GetProperty("data").GetArrayLength();

        await ApiHost.AssertProblem(await api.Upload(name, Encoding.UTF8.GetBytes(content)), status, code);

        Assert.Equal(before, (await api.Get("/v1/documents?limit=100")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_picture_is_refused() =>
        await ApiHost.AssertProblem(await api.Upload("a.txt", [0x89, 0x50, 0x4E, 0x47, 0xFF, 0xFE]), 415, "unsupported_document");

    [Fact]
    public async Task A_document_whose_text_is_nothing_fails_and_says_why()
    {
        var document = await api.Ingested(await api.Upload("empty.html", Encoding.UTF8.GetBytes("<html><script>only script</script></html>")));

        Assert.Equal(("failed", "document_empty"), (Text(document, "status"), Text(document.GetProperty("error"), "code")));
        Assert.Equal(JsonValueKind.Null, document.GetProperty("passages").ValueKind);
    }

    [Fact]
    public async Task A_form_must_hold_one_file_named_file()
    {
        await ApiHost.AssertProblem(await api.Upload("a.txt", [65], field: "document"), 422, "file_missing");
        await ApiHost.AssertProblem(await api.PostRaw("/v1/documents", "nonsense", "multipart/form-data; boundary=x"), 400, "invalid_form");
        await ApiHost.AssertProblem(await api.PostRaw("/v1/documents", "nonsense", "multipart/form-data"), 400, "invalid_form");
        await ApiHost.AssertProblem(await api.Upload("a.txt", [65], title: new string('t', 201)), 422, "invalid_title");
    }

    [Theory]
    [InlineData("""{"title": "t"}""", 422, "text_missing")]
    [InlineData("""{"text": "t"}""", 422, "invalid_title")]
    [InlineData("""{"title": "  ", "text": "t"}""", 422, "invalid_title")]
    [InlineData("""{"title": "t", "text": " "}""", 422, "document_empty")]
    [InlineData("""{"title": "t", "text": "a\u0000b"}""", 415, "unsupported_document")]
    [InlineData("""{"title": "t", "text": 7}""", 400, "invalid_json")]
    [InlineData("""["t"]""", 400, "invalid_json")]
    [InlineData("null", 400, "invalid_json")]
    [InlineData("{", 400, "invalid_json")]
    public async Task A_body_that_is_no_document_is_refused(string body, int status, string code) =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/documents", body), status, code);

    [Theory]
    [InlineData("GET", "/v1/documents/not-an-id", 400, "malformed_id")]
    [InlineData("DELETE", "/v1/documents/not-an-id", 400, "malformed_id")]
    [InlineData("GET", "/v1/documents/00000000-0000-0000-0000-000000000000", 404, "document_not_found")]
    [InlineData("GET", "/v1/documents/00000000-0000-0000-0000-000000000000/original", 404, "document_not_found")]
    [InlineData("GET", "/v1/documents/not-an-id/original", 400, "malformed_id")]
    [InlineData("GET", "/v1/documents/00000000-0000-0000-0000-000000000000/passages/00000000-0000-0000-0000-000000000000", 404, "passage_not_found")]
    [InlineData("GET", "/v1/documents/00000000-0000-0000-0000-000000000000/passages/x", 400, "malformed_id")]
    [InlineData("GET", "/v1/documents?limit=abc", 400, "invalid_paging")]
    [InlineData("PUT", "/v1/documents", 405, "method_not_allowed")]
    public async Task A_request_that_makes_no_sense_is_told_so(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        await ApiHost.AssertProblem(await api.Client.SendAsync(request), status, code);
    }

    [Fact]
    public async Task A_file_that_is_larger_than_may_be_is_refused_and_one_byte_less_is_not()
    {
        using var small = await ApiHost.Start(("Concurrency:Http:DocumentBytes", "2000"));

        await ApiHost.AssertProblem(await small.Upload("a.txt", Enumerable.Repeat((byte)'a', 2_001).ToArray()), 413, "payload_too_large");
        Assert.Equal(HttpStatusCode.Accepted, (await small.Upload("a.txt", Enumerable.Repeat((byte)'a', 2_000).ToArray())).StatusCode);
    }

    [Fact]
    public async Task Another_content_type_is_refused() =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/documents", "hello", "text/plain"), 415, "unsupported_media_type");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static Uri OriginalOf(JsonElement document) => new(Text(document.GetProperty("links"), "original")!, UriKind.Relative);

    private static string PolicyOf(HttpResponseMessage response) => Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
}
