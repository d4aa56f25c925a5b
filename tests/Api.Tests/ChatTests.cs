using System.Net;
using System.Text.Json;

namespace Navigator.Api.Tests;

public sealed class ChatTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_question_is_accepted_and_answered_from_the_sample_policy_with_citations()
    {
        var response = await api.Post("/v1/chat/jobs", new { question = "What does an ambulance trip cost?" });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = await ApiHost.Json(response);
        Assert.Equal($"/v1/chat/jobs/{job.GetProperty("id").GetString()}", response.Headers.Location!.ToString());
        Assert.Equal("chat.job", job.GetProperty("object").GetString());
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);

        var done = await api.Ended(job);
        Assert.Equal("answered", done.GetProperty("status").GetString());
        var answer = done.GetProperty("answer");
        Assert.Contains("$180", answer.GetProperty("text").GetString(), StringComparison.Ordinal);
        var citation = answer.GetProperty("citations")[0];
        Assert.Equal(1, citation.GetProperty("marker").GetInt32());
        Assert.Equal("document", citation.GetProperty("kind").GetString());
        Assert.Equal("Harbor Health Silver 2026", citation.GetProperty("title").GetString());

        var passage =
            await api.Get(
                $"/v1/documents/{citation.GetProperty("document_id").GetString()}/passages/{citation.GetProperty("passage_id").GetString()}");
        Assert.Contains(citation.GetProperty("quote").GetString()!, passage.GetProperty("text").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_has_every_field_that_is_promised()
    {
        var job = await api.Ask(new { question = "What is my deductible?", conversation_id = "talk-1" });

        string[] promised =
        [
            "id", "object", "status", "stage", "created_at", "started_at", "finished_at", "deadline_at", "attempt", "conversation_id", "answer",
            "degraded",
            "error", "timings", "links",
        ];
        Assert.All(promised, name => Assert.True(job.TryGetProperty(name, out _), name));
        Assert.Equal("talk-1", job.GetProperty("conversation_id").GetString());
        Assert.All(["text", "language", "model", "citations"], name => Assert.True(job.GetProperty("answer").TryGetProperty(name, out _), name));
        Assert.All(
            ["marker", "kind", "document_id", "title", "page", "passage_id", "quote", "url", "score"],
            name => Assert.True(job.GetProperty("answer").GetProperty("citations")[0].TryGetProperty(name, out _), name));
        Assert.All(["self", "events", "cancel"], name => Assert.True(job.GetProperty("links").TryGetProperty(name, out _), name));
        Assert.All(
            ["queue_ms", "intake_ms", "tools_ms", "documents_ms", "answer_ms", "total_ms"],
            name => Assert.InRange(job.GetProperty("timings").GetProperty(name).GetInt64(), 0, 60_000));
        Assert.Equal(120, (job.GetProperty("deadline_at").GetDateTimeOffset() - job.GetProperty("created_at").GetDateTimeOffset()).TotalSeconds);
    }

    [Theory]
    [InlineData("""{"question": ""}""", 422, "question_empty")]
    [InlineData("""{"question": " \n\t "}""", 422, "question_empty")]
    [InlineData("""{"question": null}""", 422, "question_missing")]
    [InlineData("""{}""", 422, "question_missing")]
    [InlineData("""{"question": "a\u0000b"}""", 422, "question_not_text")]
    [InlineData("""{"question": "q", "language": "Klingon?"}""", 422, "invalid_language")]
    [InlineData("""{"question": "q", "conversation_id": "not allowed!"}""", 422, "invalid_conversation_id")]
    [InlineData("""{"question": "q", "conversation_id": ""}""", 422, "invalid_conversation_id")]
    [InlineData("""{"question": "q", "document_ids": []}""", 422, "invalid_document_ids")]
    [InlineData("""{"question": "q", "document_ids": ["x"]}""", 400, "invalid_json")]
    [InlineData("""{"question": "q", "colour": "blue"}""", 400, "invalid_json")]
    [InlineData("""{"question": "q", "question": "r"}""", 400, "invalid_json")]
    [InlineData("""{"question": 7}""", 400, "invalid_json")]
    [InlineData("""{"question": ["a"]}""", 400, "invalid_json")]
    [InlineData("""{"question": "\ud800"}""", 400, "invalid_json")]
    [InlineData("""["question"]""", 400, "invalid_json")]
    [InlineData("""{"question": "q" """, 400, "invalid_json")]
    [InlineData("question=q", 400, "invalid_json")]
    [InlineData("null", 400, "invalid_json")]
    [InlineData("7", 400, "invalid_json")]
    [InlineData("", 400, "invalid_json")]
    public async Task A_body_that_is_no_question_is_refused(string body, int status, string code) =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/chat/jobs", body), status, code);

    /// <summary>The words of System.Text.Json's messages, by which these three are told apart.</summary>
    [Theory]
    [InlineData("""{"question": "q", "colour": "blue"}""", "The body has an unknown field (line 1, byte 28).")]
    [InlineData("""{"question": 7}""", "The body has a field of the wrong type (line 1, byte 15).")]
    [InlineData("""{"question": "q" """, "The body is not a valid JSON object for this request (line 1, byte 18).")]
    public async Task What_is_wrong_with_a_body_is_said_without_a_word_of_it(string body, string detail)
    {
        var response = await api.PostRaw("/v1/chat/jobs", body);

        Assert.Equal(detail, (await ApiHost.Json(response)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_question_may_have_5000_characters_and_not_one_more()
    {
        Assert.Equal(HttpStatusCode.Accepted, (await api.Post("/v1/chat/jobs", new { question = new string('q', 5_000) })).StatusCode);
        await ApiHost.AssertProblem(await api.Post("/v1/chat/jobs", new { question = new string('q', 5_001) }), 422, "question_too_long");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_is_refused(string contentType) =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/chat/jobs", """{"question": "q"}""", contentType), 415, "unsupported_media_type");

    [Theory]
    [InlineData("application/json; charset=klingon")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=\"utf-8\"")]
    public async Task Json_in_another_encoding_is_refused(string contentType) =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/chat/jobs", """{"question": "q"}""", contentType), 415, "unsupported_charset");

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    public async Task Json_in_utf_8_is_accepted_however_it_is_said(string contentType) =>
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostRaw("/v1/chat/jobs", """{"question": "q"}""", contentType)).StatusCode);

    [Theory]
    [InlineData("GET", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000", 404, "job_not_found")]
    [InlineData("DELETE", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000", 404, "job_not_found")]
    [InlineData("GET", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000/events", 404, "job_not_found")]
    [InlineData("GET", "/v1/chat/jobs/not-an-id", 400, "malformed_id")]
    [InlineData("DELETE", "/v1/chat/jobs/not-an-id", 400, "malformed_id")]
    [InlineData("GET", "/v1/chat/jobs/not-an-id/events", 400, "malformed_id")]
    [InlineData("GET", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000?wait=abc", 400, "invalid_wait")]
    [InlineData("GET", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000?wait=-1", 400, "invalid_wait")]
    [InlineData("GET", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000?wait=61", 400, "invalid_wait")]
    [InlineData("GET", "/v1/chat/jobs/00000000-0000-0000-0000-000000000000?wait=1.5", 400, "invalid_wait")]
    [InlineData("GET", "/v1/chat/jobs?status=done", 400, "invalid_status")]
    [InlineData("GET", "/v1/chat/jobs?status=0", 400, "invalid_status")]
    [InlineData("GET", "/v1/chat/jobs?limit=0", 400, "invalid_paging")]
    [InlineData("GET", "/v1/chat/jobs?limit=101", 400, "invalid_paging")]
    [InlineData("GET", "/v1/chat/jobs?cursor=x", 400, "invalid_paging")]
    [InlineData("GET", "/v1/chat/jobs?conversation_id=a%20b", 400, "invalid_conversation_id")]
    [InlineData("PUT", "/v1/chat/jobs", 405, "method_not_allowed")]
    [InlineData("GET", "/v2/chat", 404, "route_not_found")]
    public async Task A_request_that_makes_no_sense_is_told_so(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        await ApiHost.AssertProblem(await api.Client.SendAsync(request), status, code);
    }

    [Fact]
    public async Task The_same_key_and_body_give_the_first_response_again_and_another_body_is_refused()
    {
        var first = await Submit("key-1", "What is covered?");
        await api.Ended(await ApiHost.Json(first));
        var again = await Submit("key-1", "What is covered?");
        var other = await Submit("key-1", "What is not covered?");

        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.Accepted, first.Headers.Location, first.Headers.ETag),
            (again.StatusCode, again.Headers.Location, again.Headers.ETag));
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotency-Replayed")));
        await ApiHost.AssertProblem(other, 422, "idempotency_key_reused");
        await ApiHost.AssertProblem(await Submit(new string('k', 201), "q"), 400, "invalid_idempotency_key");
    }

    [Fact]
    public async Task A_tag_spares_a_caller_what_it_knows()
    {
        var job = await api.Ask(new { question = "What is my deductible?" });
        var path = job.GetProperty("links").GetProperty("self").GetString();
        var tag = (await api.Client.GetAsync(new Uri(path!, UriKind.Relative))).Headers.ETag!;

        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag);

        Assert.Equal(HttpStatusCode.NotModified, (await api.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_job_that_ended_stays_as_it_is_when_it_is_cancelled()
    {
        var job = await api.Ask(new { question = "What is my deductible?" });

        var response = await api.Client.DeleteAsync(new Uri(job.GetProperty("links").GetProperty("cancel").GetString()!, UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("answered", (await ApiHost.Json(response)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Events_tell_every_change_until_the_end()
    {
        var job = await ApiHost.Json(await api.Post("/v1/chat/jobs", new { question = "What is my deductible?" }));

        var stream = await api.Client.GetStringAsync(new Uri(job.GetProperty("links").GetProperty("events").GetString()!, UriKind.Relative))
            .WaitAsync(TimeSpan.FromMinutes(2));

        var states = stream.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line[6..]).RootElement.GetProperty("status").GetString()).ToList();
        Assert.Equal("answered", states[^1]);
        Assert.DoesNotContain("answered", states[..^1]);
        Assert.Contains("event: job", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_paged_and_filtered()
    {
        for (var i = 0; i < 3; i++)
            await api.Ask(new { question = $"Question {i}?", conversation_id = "paged" });

        var first = await api.Get("/v1/chat/jobs?conversation_id=paged&limit=2&status=answered");
        var second = await api.Get($"/v1/chat/jobs?conversation_id=paged&limit=2&cursor={first.GetProperty("next_cursor").GetString()}");

        Assert.Equal(2, first.GetProperty("data").GetArrayLength());
        Assert.Equal(1, second.GetProperty("data").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        Assert.Equal(0, (await api.Get("/v1/chat/jobs?conversation_id=unknown")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Only_the_documents_that_are_named_are_looked_into()
    {
        var job = await api.Ask(new { question = "What does an ambulance trip cost?", document_ids = new[] { Guid.NewGuid() } });

        Assert.Equal("answered", job.GetProperty("status").GetString());
        Assert.Empty(job.GetProperty("answer").GetProperty("citations").EnumerateArray());
    }

    private async Task<HttpResponseMessage> Submit(string key, string question)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/v1/chat/jobs")
        { Content = System.Net.Http.Json.JsonContent.Create(new { question }) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await api.Client.SendAsync(request);
    }
}
