using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Navigator.Servers;
using Navigator.Upstreams;
using Npgsql;

namespace Navigator.Faults.Tests;

/// <summary>APIs behind a load balancer, workers, and the servers they need: what is broken in a scenario.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly List<string> complaints = [];
    private readonly Dictionary<string, string> environment = [];
    private readonly List<int> apiPorts = [], workerPorts = [];
    private readonly CancellationTokenSource closing = new();
    private NavigatorDatabase access = null!;
    private TcpProxy front = null!;
    private Task looking = Task.CompletedTask;

    private Deployment(BreakableServers servers, UpstreamServer upstreams) => (Servers, Upstreams) = (servers, upstreams);

    public BreakableServers Servers { get; }

    public UpstreamServer Upstreams { get; }

    public List<NavigatorProcess> Apis { get; } = [];

    public List<NavigatorProcess> Workers { get; } = [];

    /// <summary>Between workers and broker.</summary>
    public TcpProxy BrokerLine { get; private set; } = null!;

    /// <summary>Between workers and database.</summary>
    public TcpProxy DatabaseLine { get; private set; } = null!;

    public string VirtualHost { get; private set; } = "";

    public string VirtualHostName => new Uri(VirtualHost).AbsolutePath.Trim('/');

    /// <summary>Connection string of its database's owner, who sees everything.</summary>
    public string Database => access.Owner;

    public Uri Url => new($"http://127.0.0.1:{front.Port}");

    /// <summary>Where each API and each worker listens, as host and port. A process that is started again listens on the same.</summary>
    public IReadOnlyList<string> ApiAddresses => [.. apiPorts.Select(port => $"127.0.0.1:{port}")];

    /// <inheritdoc cref="ApiAddresses"/>
    public IReadOnlyList<string> WorkerAddresses => [.. workerPorts.Select(port => $"127.0.0.1:{port}")];

    /// <summary>A caller with the tenant's key.</summary>
    public HttpClient Caller()
    {
        var http = new HttpClient { BaseAddress = Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", NavigatorDatabase.Key);
        return http;
    }

    public static async Task<Deployment> Start(BreakableServers servers, int apis, int workers, string? apiFailPoint, string? workerFailPoint,
        IReadOnlyList<(string Key, string Value)> settings)
    {
        var deployment = new Deployment(servers, await UpstreamServer.Start());
        await deployment.Configure(settings);
        for (var i = 0; i < apis; i++)
            deployment.apiPorts.Add(FixedPort.Take());
        deployment.front = new TcpProxy([.. deployment.apiPorts.Select(port => new IPEndPoint(IPAddress.Loopback, port))]);
        deployment.looking = LoadBalancer.Watch(deployment.front, deployment.apiPorts, deployment.closing.Token);
        for (var i = 0; i < apis; i++)
            deployment.Apis.Add(deployment.StartApi(i, i == 0 ? apiFailPoint : null));
        for (var i = 0; i < workers; i++)
        {
            deployment.workerPorts.Add(FixedPort.Take());
            deployment.Workers.Add(deployment.StartWorker(i, i == 0 ? workerFailPoint : null));
        }
        try
        {
            await deployment.UntilWhole();
            return deployment;
        }
        catch (InvalidOperationException)
        {
            foreach (var process in deployment.Apis.Concat(deployment.Workers))
                await process.DisposeAsync();
            throw;
        }
    }

    public NavigatorProcess StartApi(int index, string? failPoint = null) => new(
        "Navigator.Api", With(("NAVIGATOR_FAIL_POINT", failPoint ?? ""), ("ConnectionStrings__RabbitMq", VirtualHost),
            ("ConnectionStrings__Postgres", access.Api)),
        "--urls", $"http://127.0.0.1:{apiPorts[index]}");

    public NavigatorProcess StartWorker(int index, string? failPoint = null) => new(
        "Navigator.Workers", WorkerEnvironment(failPoint), "--urls", $"http://{WorkerAddresses[index]}");

    /// <summary>The settings of a worker.</summary>
    public Dictionary<string, string> WorkerEnvironment(string? failPoint = null) => With(
        ("NAVIGATOR_FAIL_POINT", failPoint ?? ""),
        ("ConnectionStrings__RabbitMq", new UriBuilder(VirtualHost) { Port = BrokerLine.Port }.Uri.ToString()),
        ("ConnectionStrings__Postgres",
            new NpgsqlConnectionStringBuilder(access.Worker) { Host = "127.0.0.1", Port = DatabaseLine.Port }.ConnectionString));

    /// <summary>Starts again each process that has ended, as compose does ("unless-stopped").</summary>
    public async Task StartEnded()
    {
        for (var i = 0; i < Workers.Count; i++)
            Workers[i] = await Living(Workers[i], () => StartWorker(i));
        for (var i = 0; i < Apis.Count; i++)
            Apis[i] = await Living(Apis[i], () => StartApi(i));
    }

    private async Task<NavigatorProcess> Living(NavigatorProcess process, Func<NavigatorProcess> start)
    {
        if (!process.HasExited)
            return process;
        Remember(process);
        await process.DisposeAsync();
        return start();
    }

    /// <summary>Every process answers that it is ready, every queue has a consumer of each worker, and nothing waits or has failed.</summary>
    public async Task UntilWhole(int limitSeconds = 120)
    {
        var until = DateTime.UtcNow.AddSeconds(limitSeconds);
        var missing = "nothing yet";
        while (DateTime.UtcNow < until)
        {
            missing = await Missing();
            if (missing.Length == 0)
                return;
            await Task.Delay(250);
        }
        throw new InvalidOperationException(string.Join(
            '\n',
            [.. complaints, Servers.LastWords(), .. Apis.Concat(Workers).SelectMany(LastWords), await PutAside(),
                $"Not whole {limitSeconds} s after healing: {missing}"]));
    }

    /// <summary>What a process said last, one short line each.</summary>
    private static IEnumerable<string> LastWords(NavigatorProcess process)
    {
        const string JsonLine = "\"Timestamp\":\"(?<at>[^\"]+).*\"RenderedMessage\":\"(?<said>(\\\\.|[^\"\\\\])*)";
        return process.Output.Split('\n').TakeLast(10).Select(line => Regex.Match(line, JsonLine) is { Success: true } found
            ? $"{process.Id} {found.Groups["at"].Value[11..19]} {found.Groups["said"].Value}"
            : line);
    }

    /// <summary>Why messages lie in error queues: the header that says it, once per reason.</summary>
    private async Task<string> PutAside()
    {
        var reasons = new List<string>();
        foreach (var queue in (await Servers.Set.Queues(VirtualHost)).Where(queue => queue.Name.EndsWith("_error", StringComparison.Ordinal)))
        {
            using var response = await Servers.Set.Management.PostAsJsonAsync(
                $"api/queues/{VirtualHostName}/{queue.Name}/get",
                new { count = 100, ackmode = "ack_requeue_true", encoding = "auto", truncate = 10 });
            var messages = await response.Content.ReadFromJsonAsync<JsonElement>();
            reasons.AddRange(messages.EnumerateArray().Select(message =>
                $"{queue.Name}: " + (message.GetProperty("properties").TryGetProperty("headers", out var headers)
                    && headers.TryGetProperty("MT-Fault-Message", out var why) ? why : default)));
        }
        return string.Join('\n', reasons.Distinct());
    }

    /// <summary>What a process that was replaced has complained about, for a test that fails.</summary>
    public void Remember(NavigatorProcess gone) =>
        complaints.AddRange(gone.Output.Split('\n').Where(line => line.Contains("\"Level\":\"Error\"", StringComparison.Ordinal)).TakeLast(5));

    /// <summary>Every process is ready, and its consumers are there; messages may wait.</summary>
    public async Task UntilRunning()
    {
        for (var i = 0; i < 480; i++)
        {
            if ((await Missing()).Split("; ").All(missing => missing.Length == 0 || missing.Contains(" messages in ", StringComparison.Ordinal)
                || missing.Contains(" connections to ", StringComparison.Ordinal)))
                return;
            await Task.Delay(250);
        }
        throw new InvalidOperationException($"Not running after two minutes: {await Missing()}");
    }

    public async Task<long> Count(string sql)
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await looking;
        closing.Dispose();
        foreach (var process in Apis.Concat(Workers))
            await process.DisposeAsync();
        await front.DisposeAsync();
        await BrokerLine.DisposeAsync();
        await DatabaseLine.DisposeAsync();
        await Upstreams.DisposeAsync();
        await Servers.Set.DeleteVirtualHost(VirtualHost);
        await Servers.Set.Drop(access);
    }

    private async Task Configure(IReadOnlyList<(string Key, string Value)> settings)
    {
        VirtualHost = await Servers.Set.CreateVirtualHost();
        access = await Servers.Set.CreateNavigator();
        var (broker, database) = (new Uri(VirtualHost), new NpgsqlConnectionStringBuilder(Database));
        BrokerLine = new TcpProxy(new IPEndPoint(IPAddress.Loopback, broker.Port));
        DatabaseLine = new TcpProxy(new IPEndPoint(IPAddress.Loopback, database.Port));
        environment["OpenAI__ApiKey"] = environment["Tavily__ApiKey"] = "test";
        environment["OpenAI__BaseUrl"] = Upstreams.OpenAi.ToString();
        environment["Tavily__BaseUrl"] = Upstreams.Tavily.ToString();
        // The stand-in has no rate limit.
        foreach (var upstream in new[] { "translations", "moderations", "plans", "embeddings", "answers", "tavily" })
            environment[$"Concurrency__Upstreams__{upstream}__RatePerMinute"] = "";
        // One tenant is the whole load here, and what waits while a server is away is not to be refused: that is another test's.
        environment["Concurrency__Admission__QueueDepth"] = "100000";
        environment["Concurrency__Admission__TenantUnfinished"] = "100000";
        environment["Concurrency__Http__TenantRequestsPerSecond"] = "100000";
        foreach (var (key, value) in settings)
            environment[key] = value;
    }

    private async Task<string> Missing()
    {
        await StartEnded();
        var missing = new List<string>();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            foreach (var port in apiPorts)
                using (var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready")))
                    if (!response.IsSuccessStatusCode)
                        missing.Add(await response.Content.ReadAsStringAsync());
            var queues = await Servers.Set.Queues(VirtualHost);
            missing.AddRange(Shipped.Queues.Where(name => queues.All(queue => queue.Name != name)).Select(name => $"no queue {name}"));
            foreach (var queue in queues)
            {
                if (queue.Messages > 0)
                    missing.Add($"{queue.Messages} messages in {queue.Name}");
                if (!queue.Name.Contains('_', StringComparison.Ordinal) && queue.Consumers != Workers.Count)
                    missing.Add($"{queue.Consumers} consumers on {queue.Name}");
            }
            // The bus and the watch: one each, and nothing that an earlier loss left behind.
            var connections = (await Servers.Set.Management.GetFromJsonAsync<JsonElement>($"api/vhosts/{VirtualHostName}/connections"))
                .EnumerateArray()
                .Count(connection => connection.TryGetProperty("client_properties", out var client) && client.TryGetProperty("product", out _));
            if (connections != 2 * (Apis.Count + Workers.Count))
                missing.Add($"{connections} connections to the broker");
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            missing.Add(error.Message);
        }
        return string.Join("; ", missing);
    }

    private Dictionary<string, string> With(params (string Key, string Value)[] own)
    {
        var all = new Dictionary<string, string>(environment);
        foreach (var (key, value) in own)
            all[key] = value;
        return all;
    }
}
