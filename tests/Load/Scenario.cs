using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.Load;

internal sealed record Wanted(TimeSpan Length, int Count);

/// <summary>One question, as its author lived it. Milliseconds.</summary>
/// <param name="Total">From when it was to be asked until its end was read.</param>
/// <param name="Queue">From acceptance until a worker took it, by the server's clock.</param>
/// <param name="Overhead">What the server's clock gives it in all, less what the models took.</param>
/// <param name="Outcome">Its last status; or the HTTP status that refused it; or what was thrown.</param>
/// <param name="At">When it was asked, from the start of the run, in seconds.</param>
/// <param name="Documents">What retrieval took, queueing included.</param>
/// <param name="Degraded">Did its answer have to do without something?</param>
/// <param name="RetryAfter">Of a 429, in seconds.</param>
internal sealed record Sample(
    double Total, double Queue, double Overhead, string Outcome, double At, double Documents = 0, bool Degraded = false, int? RetryAfter = null);

/// <summary>When people arrive.</summary>
internal sealed class Scenario(Func<TimeSpan, double>? perSecond, int atOnce, TimeSpan length, int outstanding = 0, Fault outage = Fault.None)
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
        ["spike"] = wanted => new Scenario(at => at > wanted.Length / 3 && at < wanted.Length / 3 + TimeSpan.FromSeconds(10)
            ? 50
            : 5, 0, wanted.Length),
        ["concurrent"] = wanted => new Scenario(null, wanted.Count, wanted.Length),
        // As fast as it goes: so many are always on their way.
        ["saturate"] = wanted => new Scenario(null, 0, wanted.Length, wanted.Count),
        // The same with models that take their time: so many people, each asking again when answered.
        ["people"] = wanted => new Scenario(null, 0, wanted.Length, wanted.Count),
        // Tavily is down for the middle third; everybody asks the web too.
        ["outage"] = wanted => new Scenario(_ => 20, 0, wanted.Length, outage: Fault.Status),
        ["black-hole"] = wanted => new Scenario(_ => 20, 0, wanted.Length, outage: Fault.BlackHole),
        ["soak"] = wanted => new Scenario(_ => 10, 0, wanted.Length),
    };

    private readonly Stopwatch clock = new();

    public async Task<Report> Run(string name, SystemUnderLoad system, CancellationToken token)
    {
        using var http = system.Caller();
        await Task.WhenAll(Enumerable.Range(0, Math.Max(4, outstanding))
            .Select(_ => KeepAsking(http, system, new ConcurrentBag<Sample>(), WarmUp, token)));

        var (before, connectionsBefore, secondsBefore) = (system.Processes(), await system.DatabaseConnections(), system.ProcessorSeconds());
        var peak = before.ToDictionary();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(token);
        var watching = Watch(system, peak, done.Token);
        var (samples, started) = (new ConcurrentBag<Sample>(), Stopwatch.GetTimestamp());
        clock.Restart();
        var breaking = outage == Fault.None ? Task.CompletedTask : Break(system, http, done.Token);
        await Arrive(http, system, samples, token);
        var (took, seconds) = (Stopwatch.GetElapsedTime(started), system.ProcessorSeconds());
        await done.CancelAsync();
        await Task.WhenAll(watching, breaking);
        return Report.Of(
            name, [.. samples], took, before, peak, system.Processes(),
            seconds.ToDictionary(process => process.Key, process => process.Value - secondsBefore[process.Key]),
            connectionsBefore, await system.DatabaseConnections());
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

    private async Task KeepAsking(HttpClient http, SystemUnderLoad system, ConcurrentBag<Sample> samples, TimeSpan length, CancellationToken token)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < length;)
        {
            // Whoever is asked to come back later does.
            if (await Ask(http, system, samples, TimeSpan.Zero, token) is { RetryAfter: { } seconds })
                await Task.Delay(TimeSpan.FromSeconds(seconds), token);
        }
    }

    /// <summary>Break Tavily for the middle third, and say when its breaker changed.</summary>
    private async Task Break(SystemUnderLoad system, HttpClient http, CancellationToken token)
    {
        var (started, states) = (Stopwatch.GetTimestamp(), "");
        try
        {
            while (true)
            {
                var at = Stopwatch.GetElapsedTime(started);
                system.BreakTavily(at > length / 3 && at < length * 2 / 3 ? outage : Fault.None);
                var limits = await http.GetFromJsonAsync<JsonElement>("/v1/limits", token);
                var now = string.Join(", ", limits.GetProperty("processes").EnumerateArray()
                    .SelectMany(process => process.GetProperty("limits").GetProperty("breakers").EnumerateArray())
                    .Where(breaker => breaker.GetProperty("name").GetString() == "tavily")
                    .Select(breaker => breaker.GetProperty("state").GetString()));
                if (now != states)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,6:0.0} s: breakers {states = now}"));
                await Task.Delay(500, token);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            system.BreakTavily(Fault.None);
        }
    }

    private async Task<Sample> Ask(HttpClient http, SystemUnderLoad system, ConcurrentBag<Sample> samples, TimeSpan late, CancellationToken token)
    {
        var sample = await Live(http, system, late, token);
        samples.Add(sample);
        return sample;
    }

    /// <param name="late">How long after its time this question is asked.</param>
    private async Task<Sample> Live(HttpClient http, SystemUnderLoad system, TimeSpan late, CancellationToken token)
    {
        var (started, at, web) = (Stopwatch.GetTimestamp(), clock.Elapsed.TotalSeconds, outage != Fault.None);
        try
        {
            using var accepted = await http.PostAsJsonAsync(
                "/v1/chat/jobs", new { question = $"{(web ? "What is the latest news on" : "What is covered,")} {Guid.NewGuid()}?", web }, token);
            if (!accepted.IsSuccessStatusCode)
                return new Sample(0, 0, 0, $"{(int)accepted.StatusCode}", at, RetryAfter: (int?)accepted.Headers.RetryAfter?.Delta?.TotalSeconds);
            while (true)
            {
                var job = await http.GetFromJsonAsync<JsonElement>($"{accepted.Headers.Location}?wait=30", token);
                var status = job.GetProperty("status").GetString()!;
                if (status is "queued" or "running")
                    continue;
                var timings = job.GetProperty("timings");
                return new Sample(
                    (late + Stopwatch.GetElapsedTime(started)).TotalMilliseconds, Ms(timings, "queue_ms"),
                    Ms(timings, "total_ms") - system.UpstreamMs, status, at,
                    Ms(timings, "documents_ms"), job.GetProperty("degraded").GetArrayLength() > 0);
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException
            || (error is OperationCanceledException && !token.IsCancellationRequested))
        {
            return new Sample(0, 0, 0, error.GetType().Name, at);
        }
    }

    private static double Ms(JsonElement timings, string name) =>
        timings.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : 0;

    private static async Task Watch(SystemUnderLoad system, Dictionary<string, Use> peak, CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            foreach (var (name, now) in system.Processes())
                peak[name] = peak[name].Most(now);
            await Task.Delay(250, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
