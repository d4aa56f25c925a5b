using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Upstreams;
using Npgsql;
using Xunit.Abstractions;

namespace Navigator.EndToEnd.Tests;

/// <summary>One tenant asks four hundred questions at once. Others are answered all the same, however the broker orders its queues.</summary>
public sealed class FairShareTests(ITestOutputHelper output)
{
    /// <summary>
    /// What may be under way before a question (32, and 16 that were accepted together), as many as a worker holds of the slowest
    /// step, and slack for a busy machine. First come, first served, would be 300 and more.
    /// </summary>
    private const int MayPass = 150;

    [Fact]
    public async Task Nine_tenants_do_not_wait_for_another_ones_four_hundred()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { LatencyMs = 300 });
        // First in, first out: no order that a broker may choose is worse for those who come late. On a busy machine a lease is renewed late, and
        // the last of the crowd may wait for longer than two minutes.
        await using var system = await NavigatorSystem.StartOn("classic", upstreams, ("Concurrency__Admission__UnderWay", "32"),
            ("Concurrency__Job__Lease", "60s"), ("Concurrency__Job__Deadline", "10m"));
        using var crowd = await system.CallerOf("crowd");
        var others = await Task.WhenAll(Enumerable.Range(1, 9).Select(i => system.CallerOf($"other-{i}")));
        // Compiled, and connected to everything: what is looked at is how it shares, not how it starts.
        await Task.WhenAll(others.Append(crowd).Select(async caller => await End(caller, await Ask(caller, "What is covered?"))));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Ask(crowd, $"What is covered, number {i}?")));

        for (var second = 0; second < 3; second++)
        {
            var ends = await Task.WhenAll(others.Select(async other => await End(other, await Ask(other, "What is covered?"))));
            Assert.All(ends, job => Assert.Equal("answered", job.GetProperty("status").GetString()));
            var passed = await Task.WhenAll(ends.Select(job => Count(
                system,
                $"tenant_id = 'crowd' AND finished_at BETWEEN '{job.GetProperty("created_at").GetString()}' AND "
                + $"'{job.GetProperty("finished_at").GetString()}'")));
            var left = await Count(system, "tenant_id = 'crowd' AND finished_at IS NULL");
            output.WriteLine(
                $"at most {passed.Max()} of the crowd were answered while one of the nine waited, {left} are left, "
                + $"the slowest of the nine took {ends.Max(job => job.GetProperty("timings").GetProperty("total_ms").GetInt32())} ms");
            Assert.True(second > 0 || left > 150, $"only {left} of the crowd are left: nothing was shown");
            Assert.True(passed.Max() <= MayPass, $"{passed.Max()} passed one of the nine: {string.Join('\n', ends.Select(HowItWent))}");
        }

        // And the crowd is served with all that is left.
        await Eventually.Holds(
            async () => await Count(system, "tenant_id = 'crowd' AND finished_at IS NULL") == 0, () => "the crowd is not answered");
        Assert.Equal(401, await Count(system, "tenant_id = 'crowd' AND status = 'answered'"));
        Assert.Equal(0, await Count(system, "tenant_id = 'crowd' AND attempt <> first_attempt"));
    }

    [Fact]
    public async Task The_broker_is_asked_for_no_priority_no_transient_queue_and_no_global_prefetch()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams);
        await system.Ask("What is covered?");

        foreach (var queue in (await system.AskBroker("api/queues/{vhost}")).EnumerateArray())
            Assert.True(
                queue.GetProperty("durable").GetBoolean() && !queue.GetProperty("auto_delete").GetBoolean()
                && !queue.GetProperty("exclusive").GetBoolean(), queue.ToString());
        // What a channel takes ahead for each of its consumers; with global QoS it would be 0.
        var consuming = (await system.AskBroker("api/vhosts/{vhost}/channels")).EnumerateArray()
            .Where(channel => channel.GetProperty("consumer_count").GetInt32() > 0).ToList();
        Assert.NotEmpty(consuming);
        Assert.All(consuming, channel => Assert.NotEqual(0, channel.GetProperty("prefetch_count").GetInt32()));

        await system.Workers[0].Kill();
        using (var asked = await system.Client.PostAsJsonAsync("/v1/chat/jobs", new { question = "What is covered?" }))
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var message = Assert.Single(JsonSerializer.Deserialize<JsonElement>(await system.Messages("prepare-question")).EnumerateArray());
        Assert.False(message.GetProperty("properties").TryGetProperty("priority", out _), message.ToString());
    }

    private static string HowItWent(JsonElement job) => $"attempt {job.GetProperty("attempt")}, {job.GetProperty("timings")}";

    private static async Task<Uri> Ask(HttpClient caller, string question)
    {
        using var response = await caller.PostAsJsonAsync("/v1/chat/jobs", new { question });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!;
    }

    private static async Task<JsonElement> End(HttpClient caller, Uri job)
    {
        for (var i = 0; i < 4; i++)
        {
            var now = await caller.GetFromJsonAsync<JsonElement>($"{job}?wait=30");
            if (now.GetProperty("status").GetString() is not ("queued" or "running"))
                return now;
        }
        throw new TimeoutException($"{job} has not ended.");
    }

    private static async Task<long> Count(NavigatorSystem system, string where)
    {
        await using var connection = new NpgsqlConnection(system.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM chat_job WHERE {where}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
