using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Navigator.Faults.Tests;

/// <summary>
/// People who ask: they arrive whatever the system does (an open loop), send again what was not accepted, under the same key and as late as
/// they were told to, poll until the end, look once more, and now and then cancel.
/// </summary>
internal sealed class Load(Uri server, History history, Random random) : IAsyncDisposable
{
    /// <summary>How long a poll asks to be kept waiting.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);

    /// <summary>What a caller grants the server beyond that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Before asking again, where nobody said how long.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    private readonly HttpClient http =
        new(new SocketsHttpHandler { MaxConnectionsPerServer = 2_000, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = server,
            Timeout = TimeSpan.FromSeconds(30),
        };

    private static readonly AuthenticationHeaderValue Key = new("Bearer", Servers.NavigatorDatabase.Key);

    private readonly List<Task> people = [];
    private readonly CancellationTokenSource closing = new();
    private Task arrivals = Task.CompletedTask;

    public double PerSecond { get; init; } = 15;

    /// <summary>What is asked, by a number that its text must contain as a case.</summary>
    public Func<int, string> Question { get; init; } = number => $"What is covered in case-{number:x8}?";

    /// <summary>One in so many is cancelled by its owner.</summary>
    public int CancelOneIn { get; init; } = 15;

    /// <summary>Set, every other job must end within it.</summary>
    public double? ShortDeadline { get; init; }

    public void Begin() => arrivals = Arrive();

    /// <summary>No more arrivals; everybody who was accepted waits for their end, or gives up: the checker says who did.</summary>
    public async Task End(TimeSpan limit)
    {
        await closing.CancelAsync();
        await arrivals;
        await Task.WhenAny(Task.WhenAll(people), Task.Delay(limit));
    }

    /// <summary>So many at once, after the others: all of them are accepted, and see their end.</summary>
    public async Task<TimeSpan> Burst(int count)
    {
        var started = Stopwatch.GetTimestamp();
        var accepted = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Ask(random.Next(), cancels: false, deadline: null)));
        if (accepted.Contains(false))
            throw new InvalidOperationException($"Of {count} questions at once, {accepted.Count(each => !each)} were not accepted.");
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Read these once more.</summary>
    public Task ReadAgain(IEnumerable<Guid> jobs) =>
        Parallel.ForEachAsync(jobs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (job, _) => await Read(job, wait: false));

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        closing.Dispose();
        http.Dispose();
    }

    private async Task Arrive()
    {
        try
        {
            for (var number = 0; ; number++)
            {
                people.Add(Ask(random.Next(), random.Next(CancelOneIn) == 0, number % 2 == 0 ? ShortDeadline : null));
                await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / PerSecond), closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <returns>False when it was never accepted.</returns>
    private async Task<bool> Ask(int number, bool cancels, double? deadline)
    {
        var (asked, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        var key = Guid.NewGuid().ToString();
        var body = new { question = Question(number), deadline_seconds = deadline };
        Guid? job = null;
        var again = TimeSpan.Zero;
        for (var tries = 0; job is null && (tries < 3 || !closing.IsCancellationRequested); tries++)
        {
            if (tries > 0)
                await Task.Delay(again);
            (job, again) = await Submit(key, body);
        }
        if (job is not { } id)
            return false;
        // Some do not see the answer to their first request, and ask again.
        if (number % 10 == 0)
            await Submit(key, body);
        if (cancels)
            await Send(HttpMethod.Delete, $"/v1/chat/jobs/{id}", null, null, TimeSpan.Zero);
        string? end;
        do
            end = await Read(id, wait: true);
        while (end is null);
        history.Ends.Enqueue((asked, Stopwatch.GetElapsedTime(started), end));
        await Read(id, wait: false);
        return true;
    }

    private async Task<(Guid? Job, TimeSpan Again)> Submit(string key, object body)
    {
        var reply = await Send(HttpMethod.Post, "/v1/chat/jobs", body, key, TimeSpan.Zero);
        if (reply is not { Status: 202, Body: { } accepted })
            return (null, reply.Again);
        var id = accepted.GetProperty("id").GetGuid();
        history.Accepted.Enqueue((key, id));
        return (id, reply.Again);
    }

    /// <returns>The job's status when it has ended; null before.</returns>
    private async Task<string?> Read(Guid job, bool wait)
    {
        var reply = await Send(
            HttpMethod.Get, $"/v1/chat/jobs/{job}{(wait ? $"?wait={Wait.TotalSeconds}" : "")}", null, null, wait ? Wait : TimeSpan.Zero);
        if (reply is not { Status: 200, Body: { } read, Tag: { } tag })
        {
            await Task.Delay(reply.Again);
            return null;
        }
        var status = read.GetProperty("status").GetString()!;
        var answer = read.GetProperty("answer");
        history.Readings.Enqueue(new Reading(
            job, DateTimeOffset.UtcNow, status, tag, answer.ValueKind == JsonValueKind.Null ? null : answer.GetProperty("text").GetString()));
        return status is "queued" or "running" ? null : status;
    }

    /// <param name="Again">How long to wait before asking again: as the reply says, or a moment.</param>
    private readonly record struct Reply(int Status, JsonElement? Body, string? Tag, TimeSpan Again);

    private async Task<Reply> Send(HttpMethod method, string path, object? body, string? key, TimeSpan wait)
    {
        var (at, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        var limit = wait + Patience;
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = Key;
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        string outcome;
        var reply = new Reply(0, null, null, Moment);
        try
        {
            using var response = await http.SendAsync(request);
            outcome = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            reply = new Reply(
                (int)response.StatusCode, response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : null,
                response.Headers.ETag?.Tag, response.Headers.RetryAfter?.Delta ?? Moment);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            outcome = $"{error.GetType().Name} ({(error as HttpRequestException)?.HttpRequestError}: {error.GetBaseException().Message})";
        }
        history.Calls.Enqueue(new Call(method.Method, path, at, Stopwatch.GetElapsedTime(started), limit, outcome));
        return reply;
    }
}
