using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Storage;
using Navigator.Storage.Hosting;
using Navigator.Storage.Tenants;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>A caller's server that is told when its questions have ended.</summary>
public sealed class WebhookTests
{
    private const string Whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_end_is_told_signed_tried_again_shown_and_told_anew_at_wish(int workers)
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var receiver = await WebhookReceiver.Start();
        receiver.Answers.Enqueue(HttpStatusCode.InternalServerError);
        await using var system = await NavigatorSystem.Start(
            workers, upstreams, ("Webhooks__AllowLoopback", "true"), ("Webhooks__Secret", Whsec), ("Concurrency__Webhook__FirstWait", "300ms"),
            ("Concurrency__Webhook__Tries", "3"));

        var job = await system.Submit(new { question = "What is my deductible?", callback_url = receiver.Url, web = false });
        await system.End(job, TimeSpan.FromSeconds(60));
        var (first, second) = (await receiver.Next(), await receiver.Next());

        Assert.Equal((first.Id, first.Body), (second.Id, second.Body));
        var secret = workers == 0 ? Whsec : await SecretOf(system);
        foreach (var told in new[] { first, second })
            Assert.Equal(
                "v1," + Convert.ToBase64String(HMACSHA256.HashData(
                    Convert.FromBase64String(secret[6..]), Encoding.UTF8.GetBytes($"{told.Id}.{told.Timestamp}.{told.Body}"))),
                told.Signature);
        var message = JsonDocument.Parse(second.Body).RootElement;
        Assert.Equal("chat.job.answered", message.GetProperty("type").GetString());
        Assert.Equal(job.ToString(), message.GetProperty("data").GetProperty("link").GetString());
        Assert.DoesNotContain("deductible", second.Body, StringComparison.OrdinalIgnoreCase);

        var webhook = await Until(system, job, "delivered");
        Assert.Equal((2, 200), (webhook.GetProperty("tries").GetInt32(), webhook.GetProperty("response_status").GetInt32()));

        using (var again = await system.Client.PostAsync(new Uri($"{job}/webhook/redeliver", UriKind.Relative), null))
            Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(second.Id, (await receiver.Next()).Id);

        // Given up after as many tries as there are, and told all the same when somebody wishes it.
        foreach (var _ in Enumerable.Range(0, 3))
            receiver.Answers.Enqueue(HttpStatusCode.BadGateway);
        var other = await system.Submit(new { question = "What is an office visit?", callback_url = receiver.Url, web = false });
        var given = await Until(system, other, "failed");
        Assert.Equal((3, "response_status"), (given.GetProperty("tries").GetInt32(), given.GetProperty("error").GetString()));
        using (var again = await system.Client.PostAsync(new Uri($"{other}/webhook/redeliver", UriKind.Relative), null))
            Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        await Until(system, other, "delivered");
    }

    [Fact]
    public async Task A_job_that_is_cancelled_fails_or_is_replayed_is_told_too_and_without_a_callback_there_is_none()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var receiver = await WebhookReceiver.Start();
        upstreams.Set("answers", new Behaviour { Fault = Fault.Status, Status = 500 });
        await using var system = await NavigatorSystem.Start(workers: 1, upstreams, ("Webhooks__AllowLoopback", "true"));

        var job = await system.Submit(new { question = "What is my deductible?", callback_url = receiver.Url, web = false });
        var failed = await receiver.Next();
        Assert.Contains("chat.job.failed", failed.Body, StringComparison.Ordinal);

        upstreams.Set("answers", new Behaviour());
        using (var replay = await system.Client.PostAsJsonAsync("/v1/replays", new { filter = new { } }))
            Assert.Equal(HttpStatusCode.Accepted, replay.StatusCode);
        var answered = await receiver.Next();
        Assert.Contains("chat.job.answered", answered.Body, StringComparison.Ordinal);
        Assert.NotEqual(failed.Id, answered.Id);
        await system.End(job, TimeSpan.FromSeconds(30));

        upstreams.Set("answers", new Behaviour { LatencyMs = 20_000 });
        var slow = await system.Submit(new { question = "What is my deductible, now?", callback_url = receiver.Url, web = false });
        using (var early = await system.Client.PostAsync(new Uri($"{slow}/webhook/redeliver", UriKind.Relative), null))
            Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        using (var cancelled = await system.Client.DeleteAsync(slow))
            Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        Assert.Contains("chat.job.cancelled", (await receiver.Next()).Body, StringComparison.Ordinal);

        var quiet = await system.Submit(new { question = "And without?", web = false });
        using var none = await system.Client.GetAsync(new Uri($"{quiet}/webhook", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    /// <summary>The message that says so is lost with its queue: the row is due all the same.</summary>
    [Fact]
    public async Task An_end_whose_message_was_lost_is_told_a_moment_after_the_deadline()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var receiver = await WebhookReceiver.Start();
        await using var system = await NavigatorSystem.StartProcesses(workers: 1, upstreams, ("Webhooks__AllowLoopback", "true"));
        await system.Workers[0].Kill();
        var job = await system.Submit(new { question = "What is my deductible?", callback_url = receiver.Url, web = false, deadline_seconds = 3 });
        Assert.Equal("expired", (await system.End(job, TimeSpan.FromSeconds(30))).GetProperty("status").GetString());
        await Eventually.Holds(async () => (await system.Queues()).Any(queue => queue is { Name: "deliver-webhook", Messages: > 0 }));
        await system.Purge("deliver-webhook");

        system.StartWorker();

        Assert.Contains("chat.job.expired", (await receiver.Next()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embedded_without_a_secret_there_are_no_callbacks_and_inside_addresses_are_refused_at_once()
    {
        await using var system = await NavigatorSystem.Start(workers: 0);
        using (var off = await system.Client.PostAsJsonAsync("/v1/chat/jobs", new { question = "q", callback_url = "https://example.com/" }))
            Assert.Contains("webhooks_off", await off.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await using var on = await NavigatorSystem.Start(0, null, ("Webhooks__Secret", Whsec));
        foreach (var url in new[] { "http://example.com/", "https://127.0.0.1/", "https://2130706433/", "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/", "nonsense" })
            using (var refused = await on.Client.PostAsJsonAsync("/v1/chat/jobs", new { question = "q", callback_url = url }))
            {
                Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
                Assert.Contains("invalid_callback_url", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        // A name that leads inside is found out when it is connected to.
        var job = await on.Submit(new { question = "What is my deductible?", callback_url = $"https://localhost:{on.Client.BaseAddress!.Port}/" });
        Assert.Equal("refused_address", (await Until(on, job, "failed")).GetProperty("error").GetString());
    }

    private static async Task<JsonElement> Until(NavigatorSystem system, Uri job, string status)
    {
        var webhook = default(JsonElement);
        await Eventually.Holds(
            async () =>
            {
                webhook = await system.Client.GetFromJsonAsync<JsonElement>($"{job}/webhook");
                return webhook.GetProperty("status").GetString() == status;
            },
            () => webhook.ToString());
        return webhook;
    }

    private static async Task<string> SecretOf(NavigatorSystem system)
    {
        await using var owner = StorageSetup.DataSource(system.Database!,
            new PostgresPool(0, 1, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), 0, GroupSize: 64));
        return await new PostgresTenantRegistry(owner).WebhookSecret(NavigatorDatabase.Tenant, rotate: false, default);
    }
}
