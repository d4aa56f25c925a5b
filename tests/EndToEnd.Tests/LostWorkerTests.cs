using Navigator.Upstreams;
using Npgsql;
using Xunit.Abstractions;

namespace Navigator.EndToEnd.Tests;

public sealed class LostWorkerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task When_the_one_worker_is_killed_with_a_hundred_jobs_in_flight_and_started_again_each_ends_exactly_once()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { LatencyMs = 300 });
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams, ("Concurrency__Job__Lease", "10000ms"));
        var jobs = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(i => system.Submit(new { question = $"What is covered, number {i}?", web = false })));
        await Eventually.Holds(() => upstreams.CallsOf("answers") >= 10);

        await system.Workers[0].Kill();
        var answeredBefore = await Count(system, "status = 'answered'");
        Assert.InRange(answeredBefore, 0, 99);
        system.StartWorker();

        var ends = await Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(130))));
        Assert.All(ends, job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        Assert.Equal(100, await Count(system, "status = 'answered' AND finished_at IS NOT NULL"));
        // An answer is one transition; every other version is a step on the road or a new attempt.
        Assert.Equal(0, await Count(system, "attempt > 3 OR pending <> '{}' OR claimed_by IS NOT NULL OR due_at IS NOT NULL"));
        output.WriteLine($"{answeredBefore} answered before the kill, {ends.Count(job => job.GetProperty("attempt").GetInt32() > 1)} in a later "
            + $"attempt, "
            + $"{upstreams.CallsOf("answers")} calls for 100 answers");
        // What the worker was writing when it was killed is written again, and nothing else: compose-answer has 40 in flight.
        Assert.InRange(upstreams.CallsOf("answers"), 100, 140);
    }

    [Fact]
    public async Task A_worker_told_to_stop_ends_in_order_and_another_takes_over()
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { LatencyMs = 500 });
        await using var system = await NavigatorSystem.StartProcesses(2, upstreams);
        var jobs = await Task.WhenAll(Enumerable.Range(0, 40)
            .Select(i => system.Submit(new { question = $"What is covered, number {i}?", web = false })));
        await Eventually.Holds(() => upstreams.CallsOf("answers") >= 5);

        Assert.Equal(0, await system.Workers[0].Stop());

        var ends = await Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(60))));
        Assert.All(ends, job => Assert.Equal(("answered", 1), (job.GetProperty("status").GetString(), job.GetProperty("attempt").GetInt32())));
        Assert.Equal(40, upstreams.CallsOf("answers"));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_at_once_is_not_asked_for_again()
    {
        await using var upstreams = await UpstreamServer.Start();
        // Time enough to lock the table before the first answer comes.
        upstreams.Set("answers", new Behaviour { LatencyMs = 3_000 });
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams, ("Concurrency__Postgres__StatementTimeout", "2000ms"));
        await system.End(await system.Submit(new { question = "What is covered?", web = false }), NavigatorSystem.Patience);
        var before = upstreams.CallsOf("answers");
        var jobs = await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(i => system.Submit(new { question = $"What is covered, number {i}?", web = false })));
        await Eventually.Holds(() => upstreams.CallsOf("answers") == before + jobs.Length);

        // Nobody can write for longer than a statement may wait, and the answers come meanwhile.
        await using (var connection = new NpgsqlConnection(system.Database))
        {
            await connection.OpenAsync();
            await using var locked = new NpgsqlCommand(
                "BEGIN; LOCK TABLE chat_job IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(8); COMMIT", connection);
            await locked.ExecuteNonQueryAsync();
        }

        var ends = await Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(60))));
        Assert.All(ends, job => Assert.Equal(("answered", 1), (job.GetProperty("status").GetString(), job.GetProperty("attempt").GetInt32())));
        Assert.Equal(before + jobs.Length, upstreams.CallsOf("answers"));
    }

    [Fact]
    public async Task A_deadline_is_kept_when_no_worker_is_left()
    {
        await using var system = await NavigatorSystem.StartProcesses(1, null, ("Concurrency__Job__Deadline", "3s"));
        await system.Workers[0].Kill();

        var jobs = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => system.Submit(new { question = $"What is covered, number {i}?", web = false })));

        // By the API's sweeper. How soon is looked at by make faults.
        var ends = await Task.WhenAll(jobs.Select(job => system.End(job, NavigatorSystem.Patience)));
        Assert.All(ends, job => Assert.Equal(
            ("expired", "deadline_exceeded"), (job.GetProperty("status").GetString(), job.GetProperty("error").GetProperty("code").GetString())));
    }

    private static async Task<long> Count(NavigatorSystem system, string where)
    {
        await using var connection = new NpgsqlConnection(system.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM chat_job WHERE {where}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
