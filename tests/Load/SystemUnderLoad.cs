using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Navigator.Servers;
using Navigator.Upstreams;
using Npgsql;

namespace Navigator.Load;

/// <summary>
/// Processes as in production, from this build: API and workers on servers of services.sh, or one embedded process on a file. The models'
/// stand-in is in this process.
/// </summary>
internal sealed class SystemUnderLoad : IAsyncDisposable
{
    private readonly List<NavigatorProcess> workers = [];
    /// <summary>Null embedded, as are the two below.</summary>
    private ServerSet? servers;
    private UpstreamServer upstreams = null!;
    private NavigatorProcess api = null!;
    private string virtualHost = "";
    private NavigatorDatabase? database;

    public Uri Url { get; private set; } = null!;

    /// <summary>What the models take of every job, in ms.</summary>
    public int UpstreamMs { get; private set; }

    private int tavilyMs;

    public void BreakTavily(Fault fault) => upstreams.Set("search", new Behaviour { LatencyMs = tavilyMs, Fault = fault, Status = 503 });

    /// <param name="workers">0: embedded.</param>
    /// <param name="data">Embedded, the directory of its file; null: in memory.</param>
    public static async Task<SystemUnderLoad> Start(
        int workers, int embeddingsMs, int answersMs, int tavilyMs, int? smallMs, string queueType, string? data)
    {
        var system = new SystemUnderLoad
        {
            servers = workers == 0 ? null : await ServerSet.Get(),
            upstreams = await UpstreamServer.Start(),
            UpstreamMs = embeddingsMs + answersMs + 2 * (smallMs ?? 0),
            tavilyMs = tavilyMs
        };
        system.BreakTavily(Fault.None);
        system.upstreams.Set("embeddings", new Behaviour { LatencyMs = embeddingsMs });
        system.upstreams.Set("answers", new Behaviour { LatencyMs = answersMs });
        system.upstreams.Set("plans", new Behaviour { LatencyMs = smallMs ?? 0 });
        system.upstreams.Set("moderations", new Behaviour { LatencyMs = smallMs ?? 0 });
        if (system.servers is { } servers)
            (system.virtualHost, system.database) = (await servers.CreateVirtualHost(queueType), await servers.CreateNavigator());
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            system.Url = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}");
        }
        var environment = new Dictionary<string, string>
        {
            ["OpenAI__ApiKey"] = "load",
            ["Tavily__ApiKey"] = "load",
            ["Tavily__BaseUrl"] = system.upstreams.Tavily.ToString(),
            ["OpenAI__BaseUrl"] = system.upstreams.OpenAi.ToString(),
            ["Serilog__MinimumLevel__Default"] = "Warning",
            ["Concurrency__Admission__TenantUnfinished"] = "1000000",
            ["Concurrency__Http__TenantRequestsPerSecond"] = "1000000",
            // The stand-in has no rate limit.
            ["Concurrency__Upstreams__embeddings__RatePerMinute"] = "",
            ["Concurrency__Upstreams__answers__RatePerMinute"] = "",
            ["Concurrency__Upstreams__tavily__RatePerMinute"] = "",
            ["Concurrency__Upstreams__plans__RatePerMinute"] = "",
            ["Concurrency__Upstreams__moderations__RatePerMinute"] = "",
        };
        if (system.database is null)
            (environment["Data__Directory"], environment["Keys__default"]) = (data ?? ":memory:", NavigatorDatabase.Key);
        else
            environment["ConnectionStrings__RabbitMq"] = system.virtualHost;
        if (smallMs is null)
            (environment["OpenAI__SmallModel"], environment["OpenAI__ModerationModel"]) = ("", "");
        system.api = new NavigatorProcess("Navigator.Api", With(environment, system.database?.Api), "--urls", system.Url.ToString());
        for (var i = 0; i < workers; i++)
            system.workers.Add(new NavigatorProcess("Navigator.Workers", With(environment, system.database?.Worker)));
        await system.UntilReady();
        return system;
    }

    /// <summary>Any number of callers of another tenant.</summary>
    public async Task<HttpClient> CallerOf(string tenant) => database is null
        ? throw new InvalidOperationException("Embedded there is one tenant.")
        : Caller(await database.AddTenant(tenant));

    /// <summary>Any number of callers, with the tenant's key.</summary>
    public HttpClient Caller(string key = NavigatorDatabase.Key)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 4_000 })
        {
            BaseAddress = Url,
            Timeout = TimeSpan.FromSeconds(150)
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Processor seconds that each kind of process has used since it began. The broker and PostgreSQL are absent where containers hold
    /// them.</summary>
    public IReadOnlyDictionary<string, double> ProcessorSeconds()
    {
        var seconds = new Dictionary<string, double>
        {
            ["api"] = ProcessorTime.Of(api.Id),
            ["worker"] = workers.Sum(worker => ProcessorTime.Of(worker.Id))
        };
        if (servers is null)
            return seconds;
        if (servers.Processes.TryGetValue("postgres", out var postgres))
            seconds["postgres"] = ProcessorTime.Of(postgres);
        var brokers = servers.Processes.Where(server => server.Key.StartsWith("rabbitmq", StringComparison.Ordinal)).ToList();
        if (brokers.Count > 0)
            seconds["broker"] = brokers.Sum(broker => ProcessorTime.Of(broker.Value));
        return seconds;
    }

    /// <summary>What each process uses now.</summary>
    public IReadOnlyDictionary<string, Use> Processes() => workers.Select((worker, i) => ($"worker {i + 1}", worker)).Prepend(("api", api))
        .ToDictionary(process => process.Item1, process => Use.Of(process.Item2));

    public async Task<int> DatabaseConnections()
    {
        if (database is null)
            return 0;
        await using var connection = new NpgsqlConnection(database.Owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'navigator' AND datname = "
            + "current_database()", connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        foreach (var worker in workers)
            await worker.DisposeAsync();
        await upstreams.DisposeAsync();
        if (servers is null)
            return;
        await servers.DeleteVirtualHost(virtualHost);
        await servers.Drop(database!);
    }

    private static Dictionary<string, string> With(Dictionary<string, string> environment, string? postgres) =>
        postgres is null ? environment : new(environment) { ["ConnectionStrings__Postgres"] = postgres };

    private async Task UntilReady()
    {
        using var http = new HttpClient { BaseAddress = Url };
        for (var i = 0; i < 600; i++)
        {
            if (api.HasExited)
                throw new InvalidOperationException(api.Output);
            try
            {
                using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (ready.IsSuccessStatusCode && servers is null)
                    return;
                if (ready.IsSuccessStatusCode && (await ready.Content.ReadAsStringAsync()).Contains("\"queues\":\"ok\"", StringComparison.Ordinal)
                    && (await servers!.Queues(virtualHost)).Count(queue => queue.Consumers == workers.Count) >= Shipped.Queues.Count)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Not ready after a minute: {api.Output}"));
    }
}
