using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

public sealed class LimitsTests : IDisposable
{
    /// <summary>What concurrency.yaml says of compose-answer.</summary>
    private const string AnswersAtOnce = "in_flight: 40                 # equals the answer model's";

    private readonly string file = Path.GetTempFileName();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Every_bound_of_every_process_is_shown(int workers)
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(
            workers, upstreams, ("Concurrency__Upstreams__tavily__RatePerMinute", "100"));
        await system.End(await system.Submit(new { question = "What is covered?", web = false }), TimeSpan.FromSeconds(30));

        var limits = await Until(system, now => Processes(now, workers == 0 ? "both" : "worker").Count == Math.Max(1, workers));

        foreach (var process in Processes(limits, workers == 0 ? "both" : "worker"))
        {
            var shown = process.GetProperty("limits").GetProperty("usage").EnumerateArray()
                .Select(limit => $"{limit.GetProperty("kind").GetString()} {limit.GetProperty("name").GetString()}").ToList();
            foreach (var queue in new[] { "prepare-question", "embed-question", "retrieve-passages", "search-web", "compose-answer",
                "ingest-document", "embed-passages" })
                Assert.Contains($"queue {queue}", shown);
            Assert.Superset(new HashSet<string>
                {
                    "upstream translations", "upstream moderations", "upstream plans", "upstream embeddings", "upstream answers", "upstream tavily",
                    "sends broker",
                }, shown.ToHashSet());
            Assert.Equal(
                [("moderations", "closed"), ("plans", "closed"), ("tavily", "closed"), ("translations", "closed")],
                process.GetProperty("limits").GetProperty("breakers").EnumerateArray()
                    .Select(breaker => (breaker.GetProperty("name").GetString(), breaker.GetProperty("state").GetString())));
        }
        if (workers > 0)
        {
            var api = Assert.Single(Processes(limits, "api")).GetProperty("limits");
            Assert.Empty(api.GetProperty("breakers").EnumerateArray());
            Assert.Contains(api.GetProperty("usage").EnumerateArray(), limit => limit.GetProperty("kind").GetString() == "pool"
                && limit.GetProperty("limit").GetInt32() == 20);
            Assert.All(limits.GetProperty("queues").EnumerateArray(), queue => Assert.Equal(2, queue.GetProperty("consumers").GetInt32()));
        }
        var rates = limits.GetProperty("rates").EnumerateArray().ToDictionary(rate => rate.GetProperty("upstream").GetString()!);
        Assert.Equal(30, rates["tavily"].GetProperty("available").GetInt32());
        Assert.Equal(JsonValueKind.Null, rates["answers"].GetProperty("per_minute").ValueKind);
        Assert.Equal(1_000, limits.GetProperty("admission").GetProperty("tenant_unfinished").GetInt32());
    }

    [Fact]
    public async Task Metrics_tell_of_bounds_stages_and_breakers()
    {
        await using var system = await NavigatorSystem.StartProcesses(0);
        await system.Ask("What is covered?");

        var metrics = (await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');

        Assert.Contains("navigator_limit_max{kind=\"queue\",name=\"search-web\"} 12", metrics);
        Assert.Contains("navigator_limit_nearly_full{kind=\"queue\",name=\"search-web\"} 0", metrics);
        Assert.Contains("navigator_circuit_state{name=\"tavily\",state=\"Closed\"} 1", metrics);
        Assert.Contains("navigator_circuit_state{name=\"plans\",state=\"Open\"} 0", metrics);
        Assert.Contains("# TYPE navigator_stage_duration_seconds histogram", metrics);
        Assert.Contains("navigator_stage_duration_seconds_bucket{queue=\"compose-answer\",le=\"+Inf\"} 1", metrics);
        Assert.Contains("navigator_job_duration_seconds_count{part=\"all\"} 1", metrics);
        Assert.Contains("navigator_jobs_continued_inline_total{queue=\"compose-answer\"} 1", metrics);
        // Every line is a comment or a series with a number: a scraper refuses the whole page for one that is not.
        Assert.All(metrics.Where(line => line.Length > 0 && line[0] != '#'),
            line => Assert.Matches("""^[a-z_]+(\{([a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*)?\})? [0-9.E+-]+$""", line));
    }

    [Fact]
    public async Task A_changed_limit_is_in_force_without_a_restart_and_nothing_is_dropped()
    {
        Write(AnswersAtOnce, AnswersAtOnce);
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { LatencyMs = 200 });
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams, ("ConcurrencyFile", file));
        var jobs = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => system.Submit(new { question = $"What is covered, number {i}?" })));

        Write(AnswersAtOnce, "in_flight: 2 #");
        await Until(
            system, now => Usage(now, "worker")
                .Any(limit => limit.GetProperty("kind").GetString() == "queue" && limit.GetProperty("name").GetString() == "compose-answer"
                    && limit.GetProperty("limit").GetInt32() == 2 && limit.GetProperty("in_use").GetInt32() <= 2));
        upstreams.ForgetMost("answers");
        var more = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => system.Submit(new { question = $"What is covered, number {i + 60}?" })));

        Assert.All(await Task.WhenAll(jobs.Concat(more).Select(job => system.End(job, TimeSpan.FromSeconds(60)))),
            job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        Assert.Equal(2, upstreams.MostAtOnce("answers"));
        Assert.Contains("Queues.compose-answer.InFlight", system.Workers[0].Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_is_not_valid_is_refused_with_one_line_and_the_old_limits_stay()
    {
        Write("tenant_unfinished: 50", "tenant_unfinished: 49");
        await using var system = await NavigatorSystem.StartProcesses(0, null, ("ConcurrencyFile", file));

        Write(AnswersAtOnce, "in_flight: none #");
        await Eventually.Holds(() => system.Api.Output.Contains("is invalid", StringComparison.Ordinal));
        Assert.Equal("answered", (await system.Ask("What is covered?")).GetProperty("status").GetString());

        Write(AnswersAtOnce, "in_flight: 11 #");
        await Until(system, now => Usage(now, "both").Any(limit =>
            limit.GetProperty("name").GetString() == "compose-answer" && limit.GetProperty("limit").GetInt32() == 11));
        Assert.Single(system.Api.Output.Split('\n'), line => line.Contains("is invalid", StringComparison.Ordinal)
            && line.Contains("InFlight", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rate_holds_for_all_workers_together_and_questions_wait_for_it()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(
            2, upstreams, ("Concurrency__Upstreams__answers__RatePerMinute", "120"), ("Concurrency__Upstreams__answers__Burst", "2"));

        // The first calls of a process take as long as its code takes to be compiled.
        await Ask(6);

        await Ask(14);

        var times = upstreams.TimesOf("answers").Order().Skip(6).ToList();
        Assert.Equal(14, times.Count);
        // Two at once, then one every 500 ms: 6 s. Had each worker a rate of its own, it would be 3 s. The first may be late on its way.
        Assert.True(times[^1] - times[0] > TimeSpan.FromSeconds(4.2), $"{times[^1] - times[0]}");

        async Task Ask(int count)
        {
            var jobs = await Task.WhenAll(Enumerable.Range(0, count).Select(i => system.Submit(new { question = $"What is covered, number {i}?" })));
            Assert.All(await Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(60)))),
                job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        }
    }

    [Fact]
    public async Task A_call_that_cannot_have_its_turn_before_the_deadline_is_not_made()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(
            1, upstreams, ("Concurrency__Upstreams__answers__RatePerMinute", "1"), ("Concurrency__Upstreams__answers__Burst", "1"));
        await system.Ask("What is covered first?");

        var job = await system.End(await system.Submit(new { question = "What is covered second?", deadline_seconds = 20 }),
            TimeSpan.FromSeconds(30));

        // Nobody waits for a turn that comes too late: the sources are quoted instead.
        Assert.Equal("offline-extractive", job.GetProperty("answer").GetProperty("model").GetString());
        Assert.Contains(job.GetProperty("degraded").EnumerateArray(), reason => reason.GetString()!.Contains("rate limit", StringComparison.Ordinal));
        Assert.Equal(1, upstreams.CallsOf("answers"));
    }

    [Fact]
    public async Task No_connection_to_the_database_is_held_while_a_model_is_asked()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { LatencyMs = 2_000 });
        await using var system = await NavigatorSystem.Start(
            1, upstreams, ("Concurrency__Postgres__MaxConnections", "3"), ("Concurrency__Postgres__MinConnections", "1"));
        // The first question of a process takes as long as its code takes to be compiled.
        await system.Ask("What is covered?");

        var jobs = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => system.Submit(new { question = $"What is covered, number {i}?" })));

        Assert.All(await Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(60)))),
            job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        // Three connections, and twice as many calls or more.
        Assert.InRange(upstreams.MostAtOnce("answers"), 6, 40);
    }

    [Fact]
    public async Task Batches_are_counted_as_one_and_held_to_their_number()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("embeddings", new Behaviour { LatencyMs = 600 });
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams, ("Concurrency__Queues__embed-question__InFlight", "1"));

        var jobs = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => system.Submit(new { question = $"What is covered, number {i}?" })));

        Assert.All(await Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(60)))),
            job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        Assert.Equal(1, upstreams.MostAtOnce("embeddings"));
        Assert.InRange(upstreams.CallsOf("embeddings"), 2, 50);
    }

    public void Dispose() => File.Delete(file);

    private void Write(string from, string to)
    {
        var shipped = File.ReadAllText(Path.Combine(ServerSet.Root, "concurrency.yaml"));
        Assert.Contains(from, shipped, StringComparison.Ordinal);
        // In one step: whoever looks at the file meanwhile sees all of the old one or all of the new one.
        File.WriteAllText(file + ".new", shipped.Replace(from, to, StringComparison.Ordinal));
        File.Move(file + ".new", file, overwrite: true);
    }

    private static async Task<JsonElement> Until(NavigatorSystem system, Func<JsonElement, bool> holds)
    {
        var limits = default(JsonElement);
        await Eventually.Holds(
            async () =>
            {
                limits = await system.Client.GetFromJsonAsync<JsonElement>("/v1/limits");
                return holds(limits);
            },
            () => limits.ToString());
        return limits;
    }

    private static List<JsonElement> Processes(JsonElement limits, string role) =>
        [.. limits.GetProperty("processes").EnumerateArray().Where(process => process.GetProperty("role").GetString() == role)];

    private static IEnumerable<JsonElement> Usage(JsonElement limits, string role) =>
        Processes(limits, role).SelectMany(process => process.GetProperty("limits").GetProperty("usage").EnumerateArray());
}
