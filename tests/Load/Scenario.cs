using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Navigator.Load;

internal sealed record Wanted(TimeSpan Length, int Count);

/// <summary>One question, as its author lived it. Milliseconds.</summary>
/// <param name="Total">From when it was to be asked until its end was read.</param>
/// <param name="Queue">From acceptance until a worker took it, by the server's clock.</param>
/// <param name="Overhead">What the server's clock gives it in all, less what the models took.</param>
/// <param name="Outcome">Its last status; or the HTTP status that refused it; or what was thrown.</param>
internal sealed record Sample(double Total, double Queue, double Overhead, string Outcome);

/// <summary>When people arrive.</summary>
internal sealed class Scenario(Func<TimeSpan, double>? perSecond, int atOnce, TimeSpan length, int outstanding = 0)
{
    /// <summary>Long enough that every path is compiled, and compiled again for speed; not measured.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    public static readonly IReadOnlyDictionary<string, Func<Wanted, Scenario>> All = new Dictionary<string, Func<Wanted, Scenario>>
    {
        ["baseline"] = wanted => new Scenario(_ => 5, 0, wanted.Length),
        ["double"] = wanted => new Scenario(_ => 10, 0, wanted.Length),
        ["quadruple"] = wanted => new Scenario(_ => 20, 0, wanted.Length),
        ["octuple"] = wanted => new Scenario(_ => 40, 0, wanted.Length),
        // Ten times the baseline for ten seconds, in the middle.
        ["spike"] = wanted => new Scenario(at => at > wanted.Length / 3 && at < wanted.Length / 3 + TimeSpan.FromSeconds(10) ? 50 : 5, 0, wanted.Length),
        ["concurrent"] = wanted => new Scenario(null, wanted.Count, wanted.Length),
        // As fast as it goes: so many are always on their way.
        ["saturate"] = wanted => new Scenario(null, 0, wanted.Length, wanted.Count),
        ["soak"] = wanted => new Scenario(_ => 10, 0, wanted.Length),
    };

    public async Task<Report> Run(string name, SystemUnderLoad system, CancellationToken token)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 4_000 }) { BaseAddress = system.Url, Timeout = TimeSpan.FromSeconds(150) };
        await Task.WhenAll(Enumerable.Range(0, Math.Max(4, outstanding)).Select(_ => KeepAsking(http, system, new ConcurrentBag<Sample>(), WarmUp, token)));

        var (before, connectionsBefore) = (system.Processes(), await system.DatabaseConnections());
        var peak = before.ToDictionary();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(token);
        var watching = Watch(system, peak, done.Token);
        var (samples, started) = (new ConcurrentBag<Sample>(), Stopwatch.GetTimestamp());
        await Arrive(http, system, samples, token);
        var took = Stopwatch.GetElapsedTime(started);
        await done.CancelAsync();
        await watching;
        return Report.Of(name, [.. samples], took, before, peak, connectionsBefore, await system.DatabaseConnections());
    }

    private async Task Arrive(HttpClient http, SystemUnderLoad system, ConcurrentBag<Sample> samples, CancellationToken token)
    {
        var people = new List<Task>();
        if (outstanding > 0)
            people.AddRange(Enumerable.Range(0, outstanding).Select(_ => KeepAsking(http, system, samples, length, token)));
        else if (perSecond is null)
            people.AddRange(Enumerable.Range(0, atOnce).Select(_ => Ask(http, system, samples, TimeSpan.Zero, token)));
        else
            for (var (at, start) = (TimeSpan.Zero, Stopwatch.GetTimestamp()); at < length; at += TimeSpan.FromSeconds(1 / perSecond(at)))
            {
                var late = Stopwatch.GetElapsedTime(start) - at;
                if (late < TimeSpan.Zero)
                    await Task.Delay(-late, token);
                people.Add(Ask(http, system, samples, Stopwatch.GetElapsedTime(start) - at, token));
            }
        await Task.WhenAll(people);
    }

    private static async Task KeepAsking(HttpClient http, SystemUnderLoad system, ConcurrentBag<Sample> samples, TimeSpan length, CancellationToken token)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < length;)
            await Ask(http, system, samples, TimeSpan.Zero, token);
    }

    /// <param name="late">How long after its time this question is asked.</param>
    private static async Task Ask(HttpClient http, SystemUnderLoad system, ConcurrentBag<Sample> samples, TimeSpan late, CancellationToken token)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var accepted = await http.PostAsJsonAsync("/v1/chat/jobs", new { question = $"What is covered, {Guid.NewGuid()}?", web = false }, token);
            if (!accepted.IsSuccessStatusCode)
            {
                samples.Add(new Sample(0, 0, 0, $"{(int)accepted.StatusCode}"));
                return;
            }
            while (true)
            {
                var job = await http.GetFromJsonAsync<JsonElement>($"{accepted.Headers.Location}?wait=30", token);
                var status = job.GetProperty("status").GetString()!;
                if (status is "queued" or "running")
                    continue;
                var timings = job.GetProperty("timings");
                samples.Add(new Sample(
                    (late + Stopwatch.GetElapsedTime(started)).TotalMilliseconds, Ms(timings, "queue_ms"), Ms(timings, "total_ms") - system.UpstreamMs, status));
                return;
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException || (error is OperationCanceledException && !token.IsCancellationRequested))
        {
            samples.Add(new Sample(0, 0, 0, error.GetType().Name));
        }
    }

    private static double Ms(JsonElement timings, string name) => timings.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : 0;

    private static async Task Watch(SystemUnderLoad system, Dictionary<string, (int MemoryMb, int Threads)> peak, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            foreach (var (name, now) in system.Processes())
                peak[name] = (Math.Max(peak[name].MemoryMb, now.MemoryMb), Math.Max(peak[name].Threads, now.Threads));
            await Task.Delay(250, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
