using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

public sealed class BrokerFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    private const string Broker = "rabbitmq1";

    [FaultFact(longOnly: true)]
    public async Task The_broker_is_frozen() => await Run(
        async _ =>
        {
            foreach (var seconds in Long ? new[] { 5, 30 } : [6])
            {
                Servers.Servers.Freeze(Broker);
                await Task.Delay(TimeSpan.FromSeconds(seconds));
                Servers.Servers.Thaw(Broker);
                await Task.Delay(Seconds(0, 10));
            }
        },
        // Deadlines pass while the broker is frozen: they are kept all the same.
        shortDeadline: 3,
        after: stage => Assert.DoesNotContain(
            stage.History.Calls,
            // Without the limit of the dispatcher a caller waits until the broker wakes up: 6.1 s instead of 0.6 s.
            call => call.Method == "POST" && (call.Outcome is not ("202" or "200") || call.Took > TimeSpan.FromSeconds(4))),
        settings: [("Concurrency__Http__StatementTimeout", "3s")]);

    [FaultFact]
    public async Task The_broker_is_killed_and_restarted_again_and_again() => await Run(async stage =>
    {
        for (var i = 0; i < (Long ? 10 : 2); i++)
        {
            Servers.Servers.Kill(Broker);
            await Task.Delay(TimeSpan.FromSeconds(stage.Random.NextDouble() * 2));
            await Servers.Servers.Restart();
            await Task.Delay(TimeSpan.FromSeconds(1 + stage.Random.NextDouble() * 3));
        }
    });

    [FaultFact(longOnly: true)]
    public async Task A_queue_is_deleted_and_then_all_of_them() => await Run(async stage =>
    {
        foreach (var queues in new[] { [Shipped.Queues[stage.Random.Next(5)]], Shipped.Queues })
        {
            await Task.WhenAll(queues.Select(queue =>
                Servers.Servers.Set.Management.DeleteAsync(new Uri($"api/queues/{stage.System.VirtualHostName}/{queue}", UriKind.Relative))));
            await Task.Delay(Seconds(2.5, 10));
        }
    });

    [FaultFact(longOnly: true)]
    public async Task The_brokers_memory_alarm_stops_every_publisher() => await Run(async _ =>
    {
        await Servers.Servers.Ctl("set_vm_memory_high_watermark", "absolute", "1MB");
        await Task.Delay(Seconds(4, 20));
        await Servers.Servers.Ctl("set_vm_memory_high_watermark", "0.6");
    });

    /// <summary>Each command five times more, and in whatever order.</summary>
    [FaultFact(longOnly: true)]
    public async Task Every_message_is_delivered_five_times_and_out_of_order() => await Run(
        async stage =>
        {
            for (var round = 0; round < (Long ? 20 : 6); round++)
            {
                var messages = stage.History.Jobs.TakeLast(30)
                    .SelectMany(job => new[] { "PrepareQuestion", "EmbedQuestion", "SearchWeb", "ComposeAnswer" }
                    .SelectMany(command => Enumerable.Repeat((job, command), 5))).ToArray();
                stage.Random.Shuffle(messages);
                // The management API closes connections under hundreds at once.
                await Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = 16 },
                    async (message, _) => await Publish(stage.System.VirtualHostName, message.job, message.command));
            }
        },
        maxCalls: 2);

    [FaultFact]
    public async Task Poison_is_put_aside_once_and_hurts_nobody() => await Run(
        async stage =>
        {
            var host = stage.System.VirtualHostName;
            foreach (var body in new[] { "{", "nonsense", "", "null", Envelope("PrepareQuestion", """{"jobId": "no id", "attempt": "x"}""") })
                await Publish(host, "prepare-question", body);
            await Publish(host, "prepare-question", Envelope("SomethingElse", "{}"));
            // Not poison: a job of another database, and five megabytes of what nobody reads.
            await Publish(host, "prepare-question", Envelope("PrepareQuestion", $$"""{"jobId": "{{Guid.NewGuid()}}", "attempt": 1}"""));
            await Publish(host, "prepare-question",
                Envelope("PrepareQuestion", $$"""{"jobId": "{{Guid.NewGuid()}}", "attempt": 1, "padding": "{{new string('x', 5_000_000)}}"}"""));
            await Task.Delay(Seconds(2, 5));
            Assert.Equal((5, 1), await PutAside(host));
            var headers = await Headers(host, "prepare-question_error");
            Assert.Contains("JsonReaderException in ", headers, StringComparison.Ordinal);
            Assert.DoesNotContain("nonsense", headers, StringComparison.Ordinal);

            // Sent back by an operator, it is put aside once more, and not in a loop.
            using var http = stage.System.Caller();
            using (var replay = await http.PostAsJsonAsync("/v1/replays",
                new { filter = new { queue = "prepare-question_error" }, rate_per_second = 100 }))
                Assert.Equal(System.Net.HttpStatusCode.Accepted, replay.StatusCode);
            await Task.Delay(Seconds(3, 5));
            Assert.Equal((5, 1), await PutAside(host));
            foreach (var queue in new[] { "prepare-question_error", "prepare-question_skipped" })
                await Servers.Servers.Set.Management.DeleteAsync(new Uri($"api/queues/{host}/{queue}", UriKind.Relative));
        });

    /// <summary>In _error and _skipped, once it is what it should be, or after a while.</summary>
    private async Task<(int Failed, int Skipped)> PutAside(string host)
    {
        var counts = (0, 0);
        for (var i = 0; i < 40 && counts != (5, 1); i++)
        {
            await Task.Delay(500);
            counts = (await Messages(host, "prepare-question_error"), await Messages(host, "prepare-question_skipped"));
        }
        return counts;
    }

    private async Task<int> Messages(string host, string queue) => (await Peek(host, queue)).Count;

    private async Task<string> Headers(string host, string queue) =>
        string.Join('\n', (await Peek(host, queue)).Select(message => message.GetProperty("properties").ToString()));

    /// <summary>Looks into the queue: the count that the management shows is a moment old.</summary>
    private async Task<List<JsonElement>> Peek(string host, string queue)
    {
        var wanted = new { count = 100, ackmode = "ack_requeue_true", encoding = "auto", truncate = 10 };
        for (var i = 0; ; i++)
        {
            using var response = await Servers.Servers.Set.Management.PostAsJsonAsync($"api/queues/{host}/{queue}/get", wanted);
            var said = await response.Content.ReadFromJsonAsync<JsonElement>();
            if (said.ValueKind == JsonValueKind.Array)
                return [.. said.EnumerateArray()];
            Assert.True(i < 20, $"{queue}: {said}");
            await Task.Delay(250);
        }
    }

    private Task Publish(string host, Guid job, string command) => Publish(
        host,
        command switch
        {
            "PrepareQuestion" => "prepare-question",
            "EmbedQuestion" => "embed-question",
            "SearchWeb" => "search-web",
            _ =>
            "compose-answer"
        },
        Envelope(command, $$"""{"jobId": "{{job}}", "attempt": 1}"""));

    private async Task Publish(string host, string queue, string body)
    {
        using var response = await Servers.Servers.Set.Management.PostAsJsonAsync(
            $"api/exchanges/{host}/amq.default/publish",
            new
            {
                properties = new { delivery_mode = 2, content_type = "application/vnd.masstransit+json" },
                routing_key = queue,
                payload = body,
                payload_encoding = "string"
            });
        response.EnsureSuccessStatusCode();
    }

    private static string Envelope(string type, string message) =>
        $$"""{"messageId": "{{Guid.NewGuid()}}", "messageType": ["urn:message:Navigator.Contracts.Chat:{{type}}"], "message": {{message}}}""";
}
