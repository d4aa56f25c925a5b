using System.Net;

namespace Navigator.Api.Tests;

/// <summary>Replays over HTTP. How they are carried out is proven in the ledger's and the fault suite's tests.</summary>
public sealed class ReplayTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task What_its_owner_cancelled_is_never_replayed()
    {
        var conversation = $"c-{Guid.NewGuid():N}";
        var job = await ApiHost.Json(await api.Post("/v1/chat/jobs", new { question = "What is my deductible?", conversation_id = conversation }));
        // Whichever comes first, the answer or the cancel: both are final.
        await api.Client.DeleteAsync(new Uri(job.GetProperty("links").GetProperty("cancel").GetString()!, UriKind.Relative));

        var preview = await ApiHost.Json(await api.Post("/v1/replays", new { filter = new { conversation_id = conversation }, dry_run = true }));
        Assert.Equal((0, 0, "replay.preview"),
            (preview.GetProperty("matched").GetInt32(), preview.GetProperty("would_replay").GetInt32(), preview.GetProperty("object").GetString()));

        var response = await api.Post("/v1/replays", new { filter = new { conversation_id = conversation } });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var replay = await ApiHost.Json(response);
        Assert.Equal(response.Headers.Location!.ToString(), replay.GetProperty("links").GetProperty("self").GetString());
        await Eventually.Holds(async () =>
        {
            replay = await api.Get(replay.GetProperty("links").GetProperty("self").GetString()!);
            return replay.GetProperty("status").GetString() == "finished";
        });
        Assert.Equal(("finished", 0), (replay.GetProperty("status").GetString(), replay.GetProperty("counts").GetProperty("replayed").GetInt32()));
        Assert.NotEqual("queued", (await api.Get(job.GetProperty("links").GetProperty("self").GetString()!)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_replay_is_paused_resumed_and_cancelled_and_what_is_over_stays_over()
    {
        var replay = await ApiHost.Json(await api.Post("/v1/replays", new { filter = new { error_code = "none-such" }, rate_per_second = 0.001 }));
        var self = replay.GetProperty("links").GetProperty("self").GetString()!;
        await Eventually.Holds(async () => (await api.Get(self)).GetProperty("status").GetString() == "finished");

        await ApiHost.AssertProblem(await api.Client.PostAsync(new Uri($"{self}/pause", UriKind.Relative), null), 409, "replay_over");
        await ApiHost.AssertProblem(await api.Client.PostAsync(new Uri($"{self}/resume", UriKind.Relative), null), 409, "replay_over");
        var cancelled = await api.Client.DeleteAsync(new Uri(self, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        Assert.Equal("finished", (await ApiHost.Json(cancelled)).GetProperty("status").GetString());
        Assert.Contains((await api.Get("/v1/replays?limit=100")).GetProperty("data").EnumerateArray(),
            one => one.GetProperty("id").GetString() == replay.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("{}", 422, "filter_missing")]
    [InlineData("x", 400, "invalid_json")]
    [InlineData("""{"filter": {"colour": 1}}""", 400, "invalid_json")]
    [InlineData("""{"filter": {"from": "yesterday"}}""", 400, "invalid_json")]
    [InlineData("""{"filter": {"status": ["done"]}}""", 400, "invalid_json")]
    [InlineData("""{"filter": {}, "rate_per_second": 0}""", 422, "invalid_rate")]
    [InlineData("""{"filter": {}, "rate_per_second": -1}""", 422, "invalid_rate")]
    [InlineData("""{"filter": {}, "rate_per_second": 1001}""", 422, "invalid_rate")]
    [InlineData("""{"filter": {}, "max": 0}""", 422, "invalid_max")]
    [InlineData("""{"filter": {}, "max": 100001}""", 422, "invalid_max")]
    [InlineData("""{"filter": {"status": ["answered"]}}""", 422, "invalid_status")]
    [InlineData("""{"filter": {"status": []}}""", 422, "invalid_status")]
    [InlineData("""{"filter": {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}""", 422, "invalid_range")]
    [InlineData("""{"filter": {"error_code": ""}}""", 422, "invalid_error_code")]
    [InlineData("""{"filter": {"conversation_id": "no spaces"}}""", 422, "invalid_conversation_id")]
    [InlineData("""{"filter": {"tenant": "somebody-else"}}""", 422, "unknown_tenant")]
    [InlineData("""{"filter": {"queue": "compose-answer"}}""", 422, "unknown_queue")]
    [InlineData("""{"filter": {"queue": "compose-answer_error", "error_code": "x"}}""", 422, "queue_stands_alone")]
    [InlineData("""{"filter": {"queue": "compose-answer_error"}}""", 422, "no_error_queues")]
    public async Task A_wrong_request_says_what_is_wrong(string body, int status, string code) =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/replays", body), status, code);

    [Fact]
    public async Task A_replay_that_is_not_yours_is_like_none()
    {
        var unknown = $"/v1/replays/{Guid.CreateVersion7()}";

        await ApiHost.AssertProblem(await api.Client.GetAsync(new Uri(unknown, UriKind.Relative)), 404, "replay_not_found");
        await ApiHost.AssertProblem(await api.Client.DeleteAsync(new Uri(unknown, UriKind.Relative)), 404, "replay_not_found");
        await ApiHost.AssertProblem(await api.Client.PostAsync(new Uri($"{unknown}/pause", UriKind.Relative), null), 404, "replay_not_found");
        await ApiHost.AssertProblem(await api.Client.GetAsync(new Uri("/v1/replays/x", UriKind.Relative)), 400, "malformed_id");
    }

    [Theory]
    [InlineData("0.5")]
    [InlineData("601")]
    [InlineData("-3")]
    public async Task A_deadline_outside_its_limits_is_refused(string seconds) =>
        await ApiHost.AssertProblem(await api.PostRaw("/v1/chat/jobs", $$"""{"question": "q", "deadline_seconds": {{seconds}}}"""), 422,
            "invalid_deadline");

    [Fact]
    public async Task A_deadline_is_the_callers_wish()
    {
        var job = await ApiHost.Json(await api.Post("/v1/chat/jobs", new { question = "What is my deductible?", deadline_seconds = 7.5 }));

        Assert.Equal(7.5, (job.GetProperty("deadline_at").GetDateTimeOffset() - job.GetProperty("created_at").GetDateTimeOffset()).TotalSeconds,
            precision: 3);
        Assert.Empty(job.GetProperty("earlier_ends").EnumerateArray());
    }
}
