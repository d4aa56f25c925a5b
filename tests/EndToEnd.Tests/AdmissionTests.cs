using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

public sealed class AdmissionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_tenant_with_as_many_unfinished_as_it_may_is_asked_to_come_back(int workers)
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { Fault = Fault.BlackHole });
        await using var system = await NavigatorSystem.Start(workers, upstreams, ("Concurrency__Admission__TenantUnfinished", "3"));
        var jobs = new List<Uri>();
        for (var i = 0; i < 3; i++)
            jobs.Add(await system.Submit(new { question = $"What is covered, number {i}?" }));

        using (var refused = await Ask(system))
            await AssertRefused(refused, "too_many_unfinished", "\"unfinished\";r=0;t=");

        using (await system.Client.DeleteAsync(jobs[0]))
        using (var accepted = await Ask(system))
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task Many_that_wait_refuse_the_new_and_answer_the_accepted_and_polls_are_never_refused()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams, ("Concurrency__Admission__QueueDepth", "40"));
        await system.Workers[0].Kill();

        // Over two looks at the ledger, so that some come before one, some within it and some after.
        var asked = new List<Task<HttpResponseMessage>>();
        for (var i = 0; i < 200; i++)
        {
            asked.Add(Ask(system));
            if (i % 10 == 9)
                await Task.Delay(100);
        }
        var responses = await Task.WhenAll(asked);

        var accepted = responses.Where(response => response.StatusCode == HttpStatusCode.Accepted).ToList();
        Assert.Equal(40, accepted.Count);
        foreach (var refused in responses.Except(accepted))
            await AssertRefused(refused, "queue_full", "\"queue\";r=0;t=");
        Assert.All(accepted, response => Assert.Equal("\"queue\";q=40, \"unfinished\";q=1000",
            Assert.Single(response.Headers.GetValues("RateLimit-Policy"))));
        using (var poll = await system.Client.GetAsync(accepted[0].Headers.Location))
            Assert.Equal(HttpStatusCode.OK, poll.StatusCode);

        system.StartWorker();
        var ends = await Task.WhenAll(accepted.Select(response => system.End(response.Headers.Location!, TimeSpan.FromSeconds(60))));
        Assert.All(ends, job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        await Eventually.Holds(
            async () =>
            {
                using var again = await Ask(system);
                return again.StatusCode == HttpStatusCode.Accepted;
            },
            () => "Nothing waits, and still nothing is taken.");
    }

    private static Task<HttpResponseMessage> Ask(NavigatorSystem system) =>
        system.Client.PostAsJsonAsync("/v1/chat/jobs", new { question = "What is covered?" });

    private static async Task AssertRefused(HttpResponseMessage response, string code, string limit)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.StartsWith(limit, Assert.Single(response.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
    }
}
