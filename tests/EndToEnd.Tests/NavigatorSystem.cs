using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>A whole Navigator: embedded in one process, or API and workers with a virtual host and a database of their own.</summary>
internal sealed class NavigatorSystem : IAsyncDisposable
{
    /// <summary>Processes that live for seconds do not count what would be worth compiling better.</summary>
    private readonly Dictionary<string, string> environment = new() { ["DOTNET_TieredPGO"] = "0" };

    /// <summary>For what always comes in the end. How soon is measured in a benchmark: the machine may be doing something else.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ServerSet servers;
    private readonly bool distributed;
    private readonly List<NavigatorInside> inside = [];
    private string queueType = "quorum";

    private NavigatorSystem(ServerSet servers, bool distributed)
    {
        this.servers = servers;
        this.distributed = distributed;
    }

    /// <summary>Of a system in processes of its own, as are <see cref="Workers"/>.</summary>
    public NavigatorProcess Api { get; private set; } = null!;

    public List<NavigatorProcess> Workers { get; } = [];

    public HttpClient Client { get; private set; } = null!;

    public string? VirtualHost { get; private set; }

    /// <summary>Connection string of its database's owner, who sees everything.</summary>
    public string? Database => Access?.Owner;

    public NavigatorDatabase? Access { get; private set; }

    /// <summary>A system in the process of the tests: see <see cref="NavigatorInside"/>.</summary>
    /// <param name="workers">0: embedded. 1: an API and a worker that share nothing but their servers.</param>
    /// <param name="upstreams">Null: offline.</param>
    public static async Task<NavigatorSystem> Start(int workers, UpstreamServer? upstreams = null, params (string Key, string Value)[] settings)
    {
        Assert.InRange(workers, 0, 1); // a process has one name as a holder of leases
        var system = await Prepare(workers, upstreams, null, settings);
        system.inside.Add(NavigatorInside.Api(system.With(system.Access?.Api)));
        if (workers > 0)
            system.inside.Add(NavigatorInside.Worker(system.With(system.Access?.Worker)));
        return await system.Started(settings);
    }

    /// <summary>A system in processes of its own, as users start it.</summary>
    /// <param name="workers">0: embedded.</param>
    /// <param name="upstreams">Null: offline.</param>
    public static async Task<NavigatorSystem> StartProcesses(
        int workers, UpstreamServer? upstreams = null, params (string Key, string Value)[] settings)
    {
        var system = await Prepare(workers, upstreams, null, settings);
        system.StartApi();
        for (var i = 0; i < workers; i++)
            system.StartWorker();
        return await system.Started(settings);
    }

    /// <summary>API and one worker on queues of this type.</summary>
    public static async Task<NavigatorSystem> StartOn(string queueType, UpstreamServer upstreams, params (string Key, string Value)[] settings)
    {
        var system = new NavigatorSystem(await ServerSet.Get(), distributed: true) { queueType = queueType };
        await system.Configure(upstreams, settings);
        system.StartApi();
        system.StartWorker();
        await system.UntilReady();
        return system;
    }

    /// <summary>A caller of another tenant.</summary>
    public async Task<HttpClient> CallerOf(string tenant)
    {
        var caller = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 })
        {
            BaseAddress = Client.BaseAddress,
            Timeout = TimeSpan.FromSeconds(90),
        };
        caller.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Access!.AddTenant(tenant));
        return caller;
    }

    /// <summary>The management API's answer to a question about this system's virtual host.</summary>
    public async Task<JsonElement> AskBroker(string what) =>
        await servers.Management.GetFromJsonAsync<JsonElement>(
            what.Replace("{vhost}", new Uri(VirtualHost!).AbsolutePath.Trim('/'), StringComparison.Ordinal));

    /// <summary>Its virtual host and its database, and no process yet.</summary>
    public static async Task<NavigatorSystem> Prepare(
        int workers, UpstreamServer? upstreams, ServerSet? servers, params (string Key, string Value)[] settings)
    {
        var system = new NavigatorSystem(servers ?? await ServerSet.Get(), workers > 0);
        await system.Configure(upstreams, settings);
        return system;
    }

    /// <summary>One API and one worker, each with addresses of its own.</summary>
    /// <param name="virtualHost">Where both of them are, as an administrator reaches it.</param>
    public async Task StartAs((string Broker, string Database) api, (string Broker, string Database) worker, string virtualHost)
    {
        VirtualHost = virtualHost;
        (environment["ConnectionStrings__RabbitMq"], Access) = (api.Broker, Access! with { Api = api.Database, Worker = worker.Database });
        StartApi();
        environment["ConnectionStrings__RabbitMq"] = worker.Broker;
        StartWorker();
        await UntilReady();
    }

    /// <summary>The API once more, after it has ended.</summary>
    public async Task StartAgain()
    {
        Client.Dispose();
        await Api.DisposeAsync();
        StartApi();
        await UntilReady();
    }

    /// <param name="settings">What this worker has differently.</param>
    public NavigatorProcess StartWorker(params (string Key, string Value)[] settings)
    {
        var own = new Dictionary<string, string>(With(Access?.Worker));
        foreach (var (key, value) in settings)
            own[key] = value;
        var worker = new NavigatorProcess("Navigator.Workers", own);
        Workers.Add(worker);
        return worker;
    }

    public async Task<IReadOnlyList<QueueState>> Queues() => await servers.Queues(VirtualHost!);

    /// <summary>Bodies and headers of the messages that lie in a queue now.</summary>
    public async Task<string> Messages(string queue)
    {
        using var response = await servers.Management.PostAsJsonAsync(
            $"api/queues/{new Uri(VirtualHost!).AbsolutePath.Trim('/')}/{queue}/get",
            new { count = 1_000, ackmode = "ack_requeue_true", encoding = "auto" });
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Lose all messages of a queue.</summary>
    public async Task Purge(string queue)
    {
        using var response = await servers.Management.DeleteAsync(
            new Uri($"api/queues/{new Uri(VirtualHost!).AbsolutePath.Trim('/')}/{queue}/contents", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Upload a file and wait until it is ready or failed.</summary>
    public async Task<JsonElement> Ingest(string fileName, byte[] content, TimeSpan limit)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", fileName } };
        using var response = await Client.PostAsync(new Uri("/v1/documents", UriKind.Relative), form);
        var document = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK, document.ToString());
        var until = DateTime.UtcNow + limit;
        while (document.GetProperty("status").GetString() is not ("ready" or "failed"))
        {
            Assert.True(DateTime.UtcNow < until, $"not ready within {limit}: {document}");
            await Task.Delay(100);
            document = await Client.GetFromJsonAsync<JsonElement>(document.GetProperty("links").GetProperty("self").GetString());
        }
        return document;
    }

    public async Task<Uri> Submit(object body)
    {
        using var response = await Client.PostAsJsonAsync("/v1/chat/jobs", body);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!;
    }

    /// <summary>The job once it has ended.</summary>
    public async Task<JsonElement> End(Uri job, TimeSpan limit)
    {
        var until = DateTime.UtcNow + limit;
        while (true)
        {
            var now = await Client.GetFromJsonAsync<JsonElement>($"{job}?wait=10");
            if (now.GetProperty("status").GetString() is not ("queued" or "running"))
                return now;
            Assert.True(DateTime.UtcNow < until, $"not ended within {limit}: {now}");
        }
    }

    public async Task<JsonElement> Ask(string question, object? documentIds = null) =>
        await End(await Submit(documentIds is null ? new { question } : new { question, document_ids = documentIds }), TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var process in Workers.Append(Api).OfType<NavigatorProcess>())
            await process.DisposeAsync();
        await Task.WhenAll(inside.Select(each => each.DisposeAsync().AsTask()));
        if (!distributed)
            return;
        await servers.DeleteVirtualHost(VirtualHost!);
        await servers.Drop(Access!);
    }

    private async Task Configure(UpstreamServer? upstreams, (string Key, string Value)[] settings)
    {
        if (servers.PdfToText is { } pdfToText)
            environment["Ingestion__PdfToText"] = pdfToText;
        if (distributed)
        {
            VirtualHost = await servers.CreateVirtualHost(queueType);
            Access = await servers.CreateNavigator();
            environment["ConnectionStrings__RabbitMq"] = VirtualHost;
        }
        if (upstreams is not null)
        {
            environment["OpenAI__ApiKey"] = "test";
            environment["OpenAI__BaseUrl"] = upstreams.OpenAi.ToString();
            environment["Tavily__ApiKey"] = "test";
            environment["Tavily__BaseUrl"] = upstreams.Tavily.ToString();
        }
        // Tests count calls and jobs: the system's own question is for the test that is about it.
        environment["Concurrency__Canary__Interval"] = "1d";
        // A busy machine is slow, and that its database is not away is for the fault suite to tell.
        environment["Concurrency__Http__StatementTimeout"] = "5s";
        environment["Concurrency__Postgres__Wait"] = "5s";
        // And ask more at once, and more often, than one tenant may.
        environment["Concurrency__Http__TenantRequestsPerSecond"] = "100000";
        environment["Concurrency__Admission__TenantUnfinished"] = "1000";
        // The stand-in has no rate limit.
        foreach (var upstream in new[] { "translations", "moderations", "plans", "embeddings", "answers", "tavily" })
            environment[$"Concurrency__Upstreams__{upstream}__RatePerMinute"] = "";
        // A busy machine is slow, and that a small model or the web is late is for the tests that are about it.
        foreach (var (limit, patience) in new[] { ("Upstreams__moderations__Timeout", "20s"), ("Upstreams__plans__Timeout", "20s"),
            ("Upstreams__translations__Timeout", "20s"), ("Intake__Screen", "20s"), ("Intake__Plan", "20s"), ("Intake__Translate", "20s"),
            ("Queues__prepare-question__Timeout", "60s"), ("Upstreams__tavily__Timeout", "20s"), ("Queues__search-web__Timeout", "20s"),
            ("Job__Wave", "30s") })
            environment[$"Concurrency__{limit}"] = patience;
        foreach (var (key, value) in settings)
            environment[key] = value;
    }

    /// <summary>On a port that the system gives it: one that was free a moment ago may be another process's by now.</summary>
    private void StartApi() => Api = new NavigatorProcess("Navigator.Api", With(Access?.Api), "--urls", "http://127.0.0.1:0");

    private async Task<NavigatorSystem> Started((string Key, string Value)[] settings)
    {
        await UntilReady();
        if (!distributed && !settings.Any(setting => setting.Key.StartsWith("Keys__", StringComparison.Ordinal)))
            await UntilSampleIsRead(Client);
        return this;
    }

    private async Task Connect()
    {
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 })
        {
            BaseAddress = await (inside.Count > 0 ? inside[0].UntilListening(Patience) : Api.UntilListening(Patience)),
            Timeout = Patience,
        };
        if (distributed)
            Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", NavigatorDatabase.Key);
    }

    private Dictionary<string, string> With(string? postgres) =>
        postgres is null ? environment : new Dictionary<string, string>(environment) { ["ConnectionStrings__Postgres"] = postgres };

    private async Task UntilReady()
    {
        await Connect();
        await Eventually.Holds(
            async () =>
            {
                inside.ForEach(each => each.AssertRuns());
                Assert.False(Api?.HasExited ?? false, Api?.Output);
                try
                {
                    using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                    return response.IsSuccessStatusCode
                        && (!distributed || (await Queues()).Count(queue => queue.Consumers > 0) >= Shipped.Queues.Count);
                }
                catch (HttpRequestException)
                {
                    return false; // the broker's management does not answer yet
                }
            },
            () => $"Not ready: {Api?.Output}\n{string.Join('\n', Workers.Select(worker => worker.Output))}");
    }

    /// <summary>The sample policy is read beside the requests. A question that comes earlier is answered without it.</summary>
    public static Task UntilSampleIsRead(HttpClient client) => Eventually.Holds(
        async () => (await client.GetFromJsonAsync<JsonElement>("/v1/documents")).GetProperty("data").EnumerateArray().ToList() is { Count: > 0 } all
            && all.TrueForAll(document => document.GetProperty("status").GetString() == "ready"),
        () => "The sample policy is not read.");
}
