using System.Text.Json;
using System.Net.Http.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

public sealed class CanaryTests
{
    [Fact]
    public async Task It_comes_back_without_asking_a_model_and_says_when_nobody_works_and_when_somebody_does_again()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(
            1, upstreams, ("Concurrency__Canary__Interval", "1s"), ("Concurrency__Canary__Late", "2s"));

        await Metrics(system, "navigator_canary_age");
        Assert.Contains("navigator_canary_late{} 0", await Metrics(system, "navigator_canary_late{} 0"), StringComparison.Ordinal);
        Assert.Equal("ok", await Part(system, "canary", "ok"));
        Assert.Equal((0, 0), (upstreams.CallsOf("embeddings"), upstreams.CallsOf("answers")));

        await system.Workers[0].Kill();
        Assert.Equal("degraded: late in stage Intake", await Part(system, "canary", "degraded: late in stage Intake"));
        Assert.StartsWith("degraded: no consumer: prepare-question",
            await Part(system, "queues", "degraded: no consumer: " + string.Join(", ", Shipped.Queues)), StringComparison.Ordinal);
        Assert.Contains("navigator_canary_late{} 1", await Metrics(system, "navigator_canary_late{} 1"), StringComparison.Ordinal);

        system.StartWorker();
        Assert.Equal("ok", await Part(system, "canary", "ok"));
        Assert.Equal("ok", await Part(system, "queues", "ok"));
        // It is nobody's: no caller sees it.
        Assert.Empty((await system.Client.GetFromJsonAsync<JsonElement>("/v1/chat/jobs")).GetProperty("data").EnumerateArray());
    }

    /// <summary>A part of /health/ready, which answers 200 all the while: questions are accepted.</summary>
    private static async Task<string?> Part(NavigatorSystem system, string part, string awaited)
    {
        string? said = null;
        await Eventually.Holds(
            async () =>
            {
                said = (await system.Client.GetFromJsonAsync<JsonElement>("/health/ready")).GetProperty("parts").GetProperty(part).GetString();
                return said == awaited;
            },
            () => $"{part} is '{said}' and not '{awaited}'");
        return said;
    }

    private static async Task<string> Metrics(NavigatorSystem system, string awaited)
    {
        var text = "";
        await Eventually.Holds(
            async () =>
            {
                text = await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
                return text.Contains(awaited, StringComparison.Ordinal);
            },
            () => text);
        return text;
    }
}
