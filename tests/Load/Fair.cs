using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Navigator.Load;

/// <summary>
/// Nine tenants ask one question each every second: alone, and then while a tenth has asked four hundred at once. Latencies count
/// from when the question was to be asked.
/// </summary>
internal static class Fair
{
    private const int Flood = 400;
    private const int Tenants = 9;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    public static async Task<double> Measure(SystemUnderLoad system, TimeSpan alone, CancellationToken token)
    {
        using var crowd = await system.CallerOf("crowd");
        var others = await Task.WhenAll(Enumerable.Range(1, Tenants).Select(i => system.CallerOf($"other-{i}")));
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Ask(crowd, Stopwatch.GetTimestamp(), token)));
        await KeepAsking(others, () => Task.Delay(WarmUp, token), token);

        var before = await KeepAsking(others, () => Task.Delay(alone, token), token);
        var started = Stopwatch.GetTimestamp();
        var took = TimeSpan.Zero;
        var beside = await KeepAsking(
            others,
            async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => Ask(crowd, Stopwatch.GetTimestamp(), token)));
                took = Stopwatch.GetElapsedTime(started);
            },
            token);
        var (quiet, loud) = (Percentiles.Of(before), Percentiles.Of(beside));
        var ratio = loud.P95 / quiet.P95;
        foreach (var (name, count, p) in new[] { ("alone", before.Count, quiet), ("beside the flood", beside.Count, loud) })
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-18}{count,5} asked; ms: p50 {p.P50:0}, p95 {p.P95:0}, p99 {p.P99:0}, max {p.Max:0}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"p95 beside the flood is {ratio:0.00} of that alone; the {Flood} took {took.TotalSeconds:0.0} s"));
        return ratio;
    }

    /// <summary>Each caller asks once a second, spread over the second, until the task has ended; then all answers are waited for.</summary>
    private static async Task<IReadOnlyCollection<double>> KeepAsking(IReadOnlyList<HttpClient> callers, Func<Task> until, CancellationToken token)
    {
        var latencies = new ConcurrentBag<double>();
        var (end, asked, started) = (until(), new List<Task>(), Stopwatch.GetTimestamp());
        for (var i = 0; !end.IsCompleted; i++)
        {
            var at = started + (long)((double)i / callers.Count * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at) is { Ticks: > 0 } early)
                await Task.Delay(early, token);
            var caller = callers[i % callers.Count];
            asked.Add(Task.Run(async () => latencies.Add(await Ask(caller, at, token)), token));
        }
        await end;
        await Task.WhenAll(asked);
        return latencies;
    }

    /// <returns>Milliseconds until the answer was read.</returns>
    private static async Task<double> Ask(HttpClient caller, long at, CancellationToken token)
    {
        using var accepted = await caller.PostAsJsonAsync(
            "/v1/chat/jobs", new { question = $"What is covered, {Guid.NewGuid()}?", web = false }, token);
        accepted.EnsureSuccessStatusCode();
        while (true)
        {
            var job = await caller.GetFromJsonAsync<JsonElement>($"{accepted.Headers.Location}?wait=30", token);
            var status = job.GetProperty("status").GetString();
            if (status is "queued" or "running")
                continue;
            return status == "answered"
                ? Stopwatch.GetElapsedTime(at).TotalMilliseconds
                : throw new InvalidOperationException($"A question ended as {status}.");
        }
    }
}
