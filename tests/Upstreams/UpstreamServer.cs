using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Navigator.Upstreams;

/// <summary>
/// A real HTTP server in the place of OpenAI (<c>/v1/embeddings</c>, <c>/v1/chat/completions</c>, <c>/v1/moderations</c>), Anthropic
/// (<c>/v1/messages</c>, <c>/v1/models</c>) and Tavily (<c>/search</c>), on loopback, which is slow, wrong or gone when told to be. Its vectors
/// and answers are made from the words of the request, so that retrieval finds what it should.
/// </summary>
public sealed partial class UpstreamServer : IAsyncDisposable
{
    private const int KeptRequests = 1_000;

    private const string OfAnthropic = "anthropic_";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Behaviour> behaviours = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> requests = new();
    private readonly ConcurrentDictionary<string, int> calls = new();
    private readonly ConcurrentDictionary<(string Upstream, string Case), int> cases = new();
    private readonly ConcurrentDictionary<string, (int Now, int Most)> atOnce = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<DateTimeOffset>> times = new();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, byte>> authorizations = new();
    private readonly Lock gate = new();

    private UpstreamServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First() + "/");

    public Uri OpenAi => new(Address, "v1");

    /// <summary>Its upstreams are named with anthropic_ before.</summary>
    public Uri Anthropic => Address;

    public Uri Tavily => Address;

    /// <summary>Completes when the process is told to stop.</summary>
    public Task Stopped => app.WaitForShutdownAsync();

    /// <param name="port">On loopback; 0 for any free one.</param>
    public static async Task<UpstreamServer> Start(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        var server = new UpstreamServer(app);
        app.MapPost("/v1/embeddings", context => server.Answer("embeddings", context, Replies.Embeddings));
        app.MapPost("/v1/chat/completions", context => server.Answer("", context, Completions.Reply, Completions.Asks));
        app.MapPost("/second/v1/chat/completions", context => server.Answer("second_", context, Completions.Reply, Completions.Asks));
        app.MapPost("/v1/messages", context => server.Answer(OfAnthropic, context, Messages.Reply, Messages.Asks));
        app.MapGet("/v1/models/{id}", (string id, HttpContext context) =>
        {
            var (behaviour, fault) = server.Next($"{OfAnthropic}models", id);
            return Write(context, behaviour, fault, $$"""{"type": "model", "id": "{{id}}"}""", ofAnthropic: true);
        });
        app.MapPost("/v1/moderations", context => server.Answer("moderations", context, Replies.Moderation));
        app.MapPost("/search", context => server.Answer("search", context, Replies.Search));
        app.MapPut("/_behaviour/{upstream}", async (string upstream, HttpContext context) =>
            server.Set(upstream, (await context.Request.ReadFromJsonAsync<Behaviour>(Json))!));
        app.MapGet("/_calls", () => server.calls);
        await app.StartAsync();
        return server;
    }

    /// <summary>A second server of the same kind, whose upstreams are named with second_ before.</summary>
    public Uri SecondOpenAi => new(Address, "second/v1");

    /// <param name="upstream">
    /// embeddings, answers, plans, translations, moderations or search; with anthropic_ before, Anthropic's answers, plans, translations or models.
    /// </param>
    public void Set(string upstream, Behaviour behaviour) => behaviours[upstream] = behaviour;

    /// <summary>Behave well again, and know nothing of the calls so far: for the next of the tests that share it.</summary>
    public void StartAfresh()
    {
        behaviours.Clear();
        calls.Clear();
        cases.Clear();
        requests.Clear();
        times.Clear();
        authorizations.Clear();
    }

    public int CallsOf(string upstream) => calls.GetValueOrDefault(upstream);

    /// <summary>Calls that are not answered yet, and whose callers still wait.</summary>
    public int CallsInFlight(string upstream) => atOnce.GetValueOrDefault(upstream).Now;

    /// <summary>The most calls that were ever in flight together, since <see cref="ForgetMost"/>.</summary>
    public int MostAtOnce(string upstream) => atOnce.GetValueOrDefault(upstream).Most;

    public void ForgetMost(string upstream) => atOnce.AddOrUpdate(upstream, (0, 0), (_, count) => (count.Now, count.Now));

    /// <summary>When each call came.</summary>
    public IReadOnlyList<DateTimeOffset> TimesOf(string upstream) => [.. times.GetValueOrDefault(upstream) ?? []];

    /// <summary>How often it was asked about each question that names a case (case-0000002a).</summary>
    public IReadOnlyDictionary<string, int> CallsPerCase(string upstream) =>
        cases.Where(call => call.Key.Upstream == upstream).ToDictionary(call => call.Key.Case, call => call.Value);

    /// <summary>The Authorization headers that it was sent.</summary>
    public IReadOnlySet<string> AuthorizationsOf(string upstream) => authorizations.GetValueOrDefault(upstream)?.Keys.ToHashSet() ?? [];

    /// <summary>The bodies it was sent, oldest first; the last thousand.</summary>
    public IReadOnlyList<string> RequestsTo(string upstream) => [.. requests.GetValueOrDefault(upstream) ?? []];

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    /// <param name="upstream">Empty, or what is put before it, where the request tells which it is.</param>
    /// <param name="asks">Tells it.</param>
    private async Task Answer(
        string upstream, HttpContext context, Func<JsonElement, Behaviour, Fault, object> reply, Func<JsonElement, string>? asks = null)
    {
        var ofAnthropic = upstream == OfAnthropic;
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        using var body = JsonDocument.Parse(text);
        if (asks is not null)
            upstream += asks(body.RootElement) + "s";
        calls.AddOrUpdate(upstream, 1, (_, count) => count + 1);
        authorizations.GetOrAdd(upstream, _ => new())[context.Request.Headers.Authorization.ToString()] = 0;
        foreach (var named in Case().Matches(text).Select(match => match.Value).Distinct())
            cases.AddOrUpdate((upstream, named), 1, (_, count) => count + 1);
        Keep(upstream, text);
        times.GetOrAdd(upstream, _ => new ConcurrentQueue<DateTimeOffset>()).Enqueue(DateTimeOffset.UtcNow);
        atOnce.AddOrUpdate(upstream, (1, 1), (_, count) => (count.Now + 1, Math.Max(count.Most, count.Now + 1)));
        try
        {
            var (behaviour, fault) = Next(upstream, text);
            if (behaviour.LatencyMs > 0)
                await Task.Delay(behaviour.LatencyMs, context.RequestAborted);
            if (behaviour.Until is { } until)
                await until.WaitAsync(context.RequestAborted);
            await Write(context, behaviour, fault, JsonSerializer.Serialize(reply(body.RootElement, behaviour, fault), Json), ofAnthropic);
        }
        finally
        {
            atOnce.AddOrUpdate(upstream, (0, 0), (_, count) => (count.Now - 1, count.Most));
        }
    }

    [GeneratedRegex("case-[0-9a-f]{8}", RegexOptions.None, 1_000)]
    private static partial Regex Case();

    private void Keep(string upstream, string text)
    {
        var kept = requests.GetOrAdd(upstream, _ => new ConcurrentQueue<string>());
        kept.Enqueue(text);
        while (kept.Count > KeptRequests)
            kept.TryDequeue(out _);
    }

    private (Behaviour Behaviour, Fault Fault) Next(string upstream, string text)
    {
        lock (gate)
        {
            var behaviour = behaviours.GetValueOrDefault(upstream) ?? new Behaviour();
            if (behaviour.Fault == Fault.None || behaviour.Times == 0
                || (behaviour.OnlyFor is { } only && !text.Contains(only, StringComparison.Ordinal)))
                return (behaviour, Fault.None);
            behaviours[upstream] = behaviour with { Times = behaviour.Times - 1 };
            return (behaviour, behaviour.Fault);
        }
    }

    private static async Task Write(HttpContext context, Behaviour behaviour, Fault fault, string json, bool ofAnthropic)
    {
        var (response, stop) = (context.Response, context.RequestAborted);
        response.ContentType = "application/json";
        switch (fault)
        {
            case Fault.Status:
                response.StatusCode = behaviour.Status;
                if (behaviour.RetryAfter is not null)
                    response.Headers.RetryAfter = behaviour.RetryAfter;
                await response.WriteAsync(
                    ofAnthropic
                        ? Messages.Error("api_error", "told to fail")
                        : """{"error": {"message": "told to fail", "type": "server_error"}}""",
                    stop);
                break;
            case Fault.ContentFilter:
                response.StatusCode = 400;
                await response.WriteAsync(
                    ofAnthropic
                        ? Messages.Error("invalid_request_error", "Output blocked by content filtering policy")
                        : """{"error": {"message": "filtered", "code": "content_filter"}}""",
                    stop);
                break;
            case Fault.Reset:
                context.Abort();
                break;
            case Fault.BlackHole:
                await Task.Delay(Timeout.Infinite, stop);
                break;
            case Fault.SlowBody:
                foreach (var letter in json)
                {
                    await response.WriteAsync(letter.ToString(), stop);
                    await response.Body.FlushAsync(stop);
                    await Task.Delay(50, stop);
                }
                break;
            case Fault.Truncated:
                response.ContentLength = json.Length;
                await response.WriteAsync(json[..(json.Length / 2)], stop);
                await response.Body.FlushAsync(stop);
                context.Abort();
                break;
            case Fault.Garbage:
                await response.WriteAsync("<html>Bad gateway</html>", stop);
                break;
            case Fault.WrongShape:
                await response.WriteAsync("""{"data": "nothing", "choices": 7, "results": {}}""", stop);
                break;
            case Fault.Huge:
                var block = new byte[1 << 20];
                Array.Fill(block, (byte)' ');
                for (var megabyte = 0; megabyte < 1_024; megabyte++)
                    await response.Body.WriteAsync(block, stop);
                break;
            default:
                await response.WriteAsync(json, stop);
                break;
        }
    }
}
