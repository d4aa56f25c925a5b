using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>What a collector receives of a question, and what it must not.</summary>
public sealed class TraceTests
{
    private const string Canary = "xylograph", Question = $"What is the latest news on the {Canary}?";

    private static readonly (string Key, string Value)[] Talkative =
        [("Serilog__MinimumLevel__Default", "Debug"), ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")];

    private static readonly bool Writes = Environment.GetEnvironmentVariable("NAVIGATOR_WRITE_DOCS") == "1";
    private static readonly string Doc = Path.Combine(ServerSet.Root, "docs", "operating.md");

    private readonly string trace = ActivityTraceId.CreateRandom().ToHexString(), caller = ActivitySpanId.CreateRandom().ToHexString();

    [Fact]
    public async Task Embedded_one_trace_leads_from_the_callers_span_to_the_answer_and_nobody_reads_the_question_in_it()
    {
        using var collector = new CollectorServer();
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(0, upstreams, [.. collector.Settings, .. Talkative]);
        await Ingest(system);

        var job = await Ask(system, new { question = Question });
        var end = await system.End(job, NavigatorSystem.Patience);

        Assert.Equal("answered", end.GetProperty("status").GetString());
        string[] stages = ["prepare-question", "embed-question", "retrieve-passages", "search-web", "compose-answer"];
        await Eventually.Holds(() => stages.All(stage => Tree(collector).Count(stage) > 0) && !Tree(collector).Orphans().Any());
        foreach (var call in new[] { "chat gpt-4o-mini", "embeddings text-embedding-3-small" })
            Assert.NotEqual(0, Tree(collector).Count(call));
        var metrics = await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        foreach (var metric in new[] { "gen_ai_client_token_usage", "gen_ai_client_operation_duration" })
            Assert.Contains(metric, metrics, StringComparison.Ordinal);
        await NobodyReadsTheQuestion(system, collector, upstreams);
        NamesJobAndTrace(system, end);
    }

    /// <summary>NAVIGATOR_WRITE_DOCS=1 writes the tree anew.</summary>
    [Fact]
    public async Task The_trace_of_a_question_that_was_replayed_and_told_twice_is_the_tree_in_docs_operating()
    {
        using var collector = new CollectorServer();
        await using var upstreams = await UpstreamServer.Start();
        await using var receiver = await WebhookReceiver.Start();
        // Continued by messages, so that every queue is in the trace.
        await using var system = await NavigatorSystem.StartProcesses(
            2, upstreams, [.. collector.Settings, .. Talkative, ("Concurrency__Job__ContinueInline", "false"), ("Webhooks__AllowLoopback", "true"),
                ("Concurrency__Webhook__FirstWait", "300ms"), ("Screening__WhenModerationFails", "Fail"),
                // A busy machine is slow, and a repair by the sweeper would be in the tree.
                ("Concurrency__Job__EnqueueGrace", "60s"), ("Concurrency__Job__Lease", "60s")]);
        await Ingest(system);
        // The times in the docs are those of processes that have been running for a while.
        for (var i = 0; Writes && i < 50; i++)
            await system.Ask($"What is carved in wood, number {i}?");
        // The first wave finds nothing, and the second one asks the web too.
        upstreams.Set("plans", new Behaviour
        {
            Fault = Fault.Says,
            Says = """{"kind": "question", "question": "q", "document_queries": ["xyzzy plugh"], "web_queries": [], "other_words": ["wood"]}""",
        });
        var documentsReported = new TaskCompletionSource();
        upstreams.Set("search", new Behaviour { Until = documentsReported.Task });
        upstreams.Set("moderations", new Behaviour { Fault = Fault.Status });
        receiver.Answers.Enqueue(HttpStatusCode.InternalServerError);

        var job = await Ask(system, new { question = Question, callback_url = $"{receiver.Url}?note={Canary}" });
        // The second delivery is the sweeper's.
        var (first, second) = (await receiver.Next(), await receiver.Next());
        Assert.Equal(first.Id, second.Id);
        upstreams.Set("moderations", new Behaviour());
        using (var replay = await system.Client.PostAsJsonAsync("/v1/replays", new { filter = new { } }))
            Assert.Equal(HttpStatusCode.Accepted, replay.StatusCode);
        // The web comes last, so that the same tool sends the next message in every run.
        await Eventually.Holds(() => Tree(collector).Count("retrieve-passages") == 2);
        documentsReported.SetResult();
        await receiver.Next();
        var end = await system.End(job, NavigatorSystem.Patience);

        Assert.Equal("answered", end.GetProperty("status").GetString());
        await Eventually.Holds(
            () => Tree(collector).Count("deliver-webhook receive") == 3 && !Tree(collector).Unreceived().Any() && !Tree(collector).Orphans().Any(),
            () => Tree(collector).ToString());
        var tree = Tree(collector);
        // Whenever no span ran, the job waited in a queue that the next span names, or had ended and waited for the operator or the sweeper.
        Assert.All(tree.Silences(), silence => Assert.Matches(" receive$|^replay$|^sweep$", silence.Before));
        await IsTheDocs(tree);
        await NobodyReadsTheQuestion(system, collector, upstreams);
        NamesJobAndTrace(system, end);
    }

    [Fact]
    public async Task A_collector_that_is_away_is_named_once_and_questions_are_answered()
    {
        await using var system = await NavigatorSystem.StartProcesses(
            0, null, ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "100"), ("Telemetry__SampleRatio", "1"));

        for (var i = 0; i < 5; i++)
            Assert.Equal("answered", (await system.Ask($"What is my deductible, number {i}?")).GetProperty("status").GetString());

        await Eventually.Holds(async () => await Failures() > 3);
        Assert.Single(system.Api.Output.Split('\n'), line => line.Contains("does not take spans and metrics", StringComparison.Ordinal));

        async Task<double> Failures() => (await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
            .Where(line => line.StartsWith("navigator_telemetry_exports_failed_total{} ", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
    }

    private TraceTree Tree(CollectorServer collector) => new(collector.Spans, trace, caller);

    private static Task Ingest(NavigatorSystem system) => system.Ingest(
        $"{Canary}.md", Encoding.UTF8.GetBytes($"# {Canary}s\n\nThe {Canary} is carved in wood."), NavigatorSystem.Patience);

    /// <summary>Asks with a text in every header that a caller may set.</summary>
    private async Task<Uri> Ask(NavigatorSystem system, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/chat/jobs?note={Canary}") { Content = JsonContent.Create(body) };
        request.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
        request.Headers.Add("tracestate", $"vendor={Canary}");
        request.Headers.Add("baggage", $"note={Canary}");
        request.Headers.UserAgent.ParseAdd($"{Canary}/1");
        using var response = await system.Client.SendAsync(request);
        Assert.Equal(trace, Assert.Single(response.Headers.GetValues("Trace-Id")));
        return response.Headers.Location!;
    }

    private static async Task IsTheDocs(TraceTree tree)
    {
        const string Begin = "<!-- trace: generated -->\n```text\n", End = "```\n<!-- end -->";
        var doc = await File.ReadAllTextAsync(Doc);
        var begin = doc.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = doc.IndexOf(End, begin, StringComparison.Ordinal);
        if (Writes)
            await File.WriteAllTextAsync(Doc, $"{doc[..begin]}{tree}{doc[end..]}");
        else
            Assert.True(
                TraceTree.Shape(doc[begin..end]).SequenceEqual(TraceTree.Shape(tree.ToString())),
                $"docs/operating.md shows another tree; make trace writes it anew. The tree is now:\n{tree}");
    }

    private static async Task NobodyReadsTheQuestion(NavigatorSystem system, CollectorServer collector, UpstreamServer upstreams)
    {
        Assert.DoesNotContain(Canary, collector.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            Canary, await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.OrdinalIgnoreCase);
        foreach (var process in system.Workers.Append(system.Api))
            Assert.DoesNotContain(Canary, process.Output, StringComparison.OrdinalIgnoreCase);
        Assert.All(upstreams.RequestsTo("answers"), sent => Assert.DoesNotContain("baggage", sent, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The job has the trace's id, and a log line about its end has both ids.</summary>
    private void NamesJobAndTrace(NavigatorSystem system, JsonElement end)
    {
        Assert.Equal(trace, end.GetProperty("trace_id").GetString());
        Assert.Contains(system.Workers.Append(system.Api).SelectMany(process => process.Output.Split('\n')), line =>
            line.Contains(trace, StringComparison.Ordinal) && line.Contains(end.GetProperty("id").GetString()!, StringComparison.Ordinal));
    }
}
