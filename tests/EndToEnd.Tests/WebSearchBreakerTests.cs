using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

public sealed class WebSearchBreakerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task While_tavily_is_down_it_is_asked_five_times_and_no_more_and_when_it_is_back_three_probes_close_the_circuit(int workers)
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("search", new Behaviour { Fault = Fault.Status, Status = 503 });
        await using var system = await NavigatorSystem.Start(workers, upstreams, ("Concurrency__Upstreams__tavily__Breaker__BreakDuration", "20s"));

        var reasons = new List<string?>();
        for (var i = 0; i < 7; i++)
            reasons.Add(await Ask(system, $"What is the latest news, number {i}?"));

        Assert.Equal(5, upstreams.CallsOf("search"));
        Assert.All(reasons[..5], reason => Assert.Equal("web_search: HTTP 503", reason));
        Assert.All(reasons[5..], reason => Assert.Equal("web_search: the circuit is open after repeated failures", reason));

        upstreams.Set("search", new Behaviour());
        // While the circuit is open nothing is asked: the first that lacks nothing is the first probe.
        await Eventually.Holds(async () => await Ask(system, "What is the latest news now?") is null);
        for (var i = 0; i < 3; i++)
            Assert.Null(await Ask(system, $"What is the latest news, once more {i}?"));

        Assert.Equal(9, upstreams.CallsOf("search"));
        if (workers > 0)
            Assert.DoesNotContain(await system.Queues(), queue => queue.Name.Contains('_', StringComparison.Ordinal));
    }

    /// <returns>What the answer had to do without; null when nothing.</returns>
    private static async Task<string?> Ask(NavigatorSystem system, string question)
    {
        var job = await system.Ask(question);
        Assert.Equal("answered", job.GetProperty("status").GetString());
        return job.GetProperty("degraded").EnumerateArray().Select(reason => reason.GetString()).SingleOrDefault();
    }
}
