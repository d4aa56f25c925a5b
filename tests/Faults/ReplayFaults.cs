using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

public sealed class ReplayFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    /// <summary>Jobs that failed long ago, as an outage leaves them.</summary>
    private static readonly int Many = Long ? 10_000 : 600;

    private const string Options = """{"web": false}""";

    [FaultFact(longOnly: true)]
    public async Task Thousands_are_replayed_twice_beside_live_load_and_a_process_dies_in_the_middle() => await Run(
        async stage =>
        {
            await stage.System.Execute(
                $"""
                -- Each a conversation of its own, or they would take turns.
                INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, request_hash, status, accepted_at, queued_at, finished_at, deadline_at, error_code, error_message)
                SELECT overlay(overlay(gen_random_uuid()::text PLACING '018f0000-0000-7' FROM 1 FOR 15) PLACING lpad(to_hex(i), 4, '0') FROM 10 FOR 4)::uuid,
                       'default', 'outage-' || i, 'What is covered in case-' || lpad(to_hex(i), 8, '0') || '?', '{Options}', '', 'failed',
                       now() - interval '1 h', now() - interval '1 h', now() - interval '1 h', now() - interval '1 h' + interval '100 s', 'outage', 'It broke.'
                FROM   generate_series(1, {Many}) AS i
                """);
            using var http = stage.System.Caller();
            // Twice at once: whoever comes second finds nothing left of what the first took.
            var replays = new List<string>();
            for (var i = 0; i < 2; i++)
            {
                using var response = await http.PostAsJsonAsync("/v1/replays",
                    new { filter = new { error_code = "outage" }, rate_per_second = 1_000, max = 100_000 });
                replays.Add((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("links").GetProperty("self").GetString()!);
            }
            await Task.Delay(TimeSpan.FromSeconds(1));
            await stage.System.Workers[0].Kill();
            await stage.System.Workers[0].DisposeAsync();
            stage.System.Workers[0] = stage.System.StartWorker(0);

            var counts = await Task.WhenAll(replays.Select(replay => Finished(http, replay)));
            Assert.Equal(Many, counts[0].GetProperty("matched").GetInt32());
            Assert.Equal(Many, counts.Sum(count => count.GetProperty("replayed").GetInt32()));
            // What both matched, one replayed and the other skipped.
            Assert.Equal(counts.Sum(count => count.GetProperty("matched").GetInt32()) - Many,
                counts.Sum(count => count.GetProperty("skipped").GetInt32()));
            Assert.Equal(Many, counts.Sum(count => count.GetProperty("answered").GetInt32()));

            // A third time, and there is nothing to do.
            using var again = await http.PostAsJsonAsync("/v1/replays", new { filter = new { error_code = "outage" }, dry_run = true });
            Assert.Equal(0, (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("matched").GetInt32());
        },
        // A kill may cost the claimed ones a second call.
        maxCalls: 2);

    [FaultFact(longOnly: true)]
    public async Task Queued_jobs_are_sent_again_to_a_broker_that_lost_all_messages() => await Run(async stage =>
    {
        foreach (var worker in stage.System.Workers)
            await worker.Kill();
        await Task.Delay(Seconds(2, 5));
        await Task.WhenAll(Shipped.Queues.Select(queue =>
            Servers.Servers.Set.Management.DeleteAsync(new Uri($"api/queues/{stage.System.VirtualHostName}/{queue}/contents", UriKind.Relative))));
        for (var i = 0; i < 2; i++)
        {
            await stage.System.Workers[i].DisposeAsync();
            stage.System.Workers[i] = stage.System.StartWorker(i);
        }
        using var http = stage.System.Caller();
        using var response = await http.PostAsJsonAsync("/v1/replays", new { filter = new { status = new[] { "queued" } }, rate_per_second = 500 });
        var count = await Finished(http, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("links").GetProperty("self")
            .GetString()!);
        Assert.True(count.GetProperty("replayed").GetInt32() > 0);
        Assert.Equal(0, count.GetProperty("failed_again").GetInt32());
    });

    private static async Task<JsonElement> Finished(HttpClient http, string replay)
    {
        for (var i = 0; i < 1_200; i++)
        {
            using var response = await http.GetAsync(new Uri(replay, UriKind.Relative));
            if (response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(250); // as it says: in a moment
                continue;
            }
            var now = await response.Content.ReadFromJsonAsync<JsonElement>();
            var counts = now.GetProperty("counts");
            if (now.GetProperty("status").GetString() == "finished" && counts.GetProperty("unfinished").GetInt32() == 0)
                return counts;
            await Task.Delay(250);
        }
        throw new TimeoutException($"{replay} did not finish: {await http.GetStringAsync(replay)}");
    }

}
