using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>What a collector receives of a question, and what it must not.</summary>
public sealed class TraceTests
{
    private const string Canary = "xylograph";

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task One_trace_leads_from_the_callers_span_to_the_answer_and_nobody_reads_the_question_in_it(int workers)
    {
        using var collector = new CollectorServer();
        await using var upstreams = await UpstreamServer.Start();
        // Continued by messages, so that every queue is in the trace.
        await using var system = await NavigatorSystem.Start(
            workers, upstreams, [.. collector.Settings, ("Concurrency__Job__ContinueInline", workers == 0 ? "true" : "false"),
                ("Serilog__MinimumLevel__Default", "Debug"), ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")]);
        await system.Ingest($"{Canary}.md", Encoding.UTF8.GetBytes($"# {Canary}s\n\nThe {Canary} is carved in wood."), NavigatorSystem.Patience);
        var (trace, caller) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/chat/jobs?note={Canary}")
        {
            Content = JsonContent.Create(new { question = $"What is the latest news on the {Canary}?" }),
        };
        request.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
        request.Headers.Add("tracestate", $"vendor={Canary}");
        request.Headers.Add("baggage", $"note={Canary}");
        request.Headers.UserAgent.ParseAdd($"{Canary}/1");

        using var response = await system.Client.SendAsync(request);
        var end = await system.End(response.Headers.Location!, NavigatorSystem.Patience);

        Assert.Equal("answered", end.GetProperty("status").GetString());
        Assert.Equal(trace, Assert.Single(response.Headers.GetValues("Trace-Id")));
        string[] stages = ["prepare-question", "embed-question", "retrieve-passages", "search-web", "compose-answer"];
        await Eventually.Holds(() => stages.All(stage => Of(trace).Any(span => span.Name == stage)) && !Orphans().Any());
        Assert.Contains(Of(trace), span => span.Name.StartsWith("POST /v1/chat/jobs", StringComparison.Ordinal) && span.Parent == caller);
        foreach (var call in new[] { "chat gpt-4o-mini", "embeddings text-embedding-3-small" })
            Assert.Contains(Of(trace), span => span.Name == call);
        Assert.DoesNotContain(Canary, collector.Everything, StringComparison.OrdinalIgnoreCase);
        var metrics = await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.DoesNotContain(Canary, metrics, StringComparison.OrdinalIgnoreCase);
        if (workers == 0)
            foreach (var metric in new[] { "gen_ai_client_token_usage", "gen_ai_client_operation_duration" })
                Assert.Contains(metric, metrics, StringComparison.Ordinal);
        foreach (var process in system.Workers.Append(system.Api))
            Assert.DoesNotContain(Canary, process.Output, StringComparison.OrdinalIgnoreCase);
        Assert.All(upstreams.RequestsTo("answers"), sent => Assert.DoesNotContain("baggage", sent, StringComparison.OrdinalIgnoreCase));
        // The line about the job's end names job and trace.
        Assert.Contains(system.Workers.Append(system.Api).SelectMany(process => process.Output.Split('\n')), line =>
            line.Contains(trace, StringComparison.Ordinal) && line.Contains(end.GetProperty("id").GetString()!, StringComparison.Ordinal));

        IReadOnlyList<ReceivedSpan> Of(string id) => [.. collector.Spans.Where(span => span.Trace == id)];
        IEnumerable<ReceivedSpan> Orphans()
        {
            var known = Of(trace).Select(span => span.Id).Append(caller).ToHashSet();
            return Of(trace).Where(span => !known.Contains(span.Parent));
        }
    }

    [Fact]
    public async Task A_collector_that_is_away_is_named_once_and_questions_are_answered()
    {
        await using var system = await NavigatorSystem.Start(
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
}
