using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Navigator.Api;
using Navigator.Runtime.Hosting;
using Navigator.Servers;
using Navigator.SixthTool.Tests.Claims;
using Navigator.Workers;

namespace Navigator.SixthTool.Tests;

/// <summary>
/// Navigator with one tool more, in the process of the test: embedded in one host; distributed in two, an API and a worker, on a virtual
/// host and a database of their own.
/// </summary>
internal sealed class SixToolSystem : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<(WebApplication App, Task Running)> hosts = [];
    private ServerSet? servers;
    private NavigatorDatabase? database;
    private string? virtualHost;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>The tools that ship, and one line more.</summary>
    public static void AddWorkers(WorkerSetup workers)
    {
        Pipeline.AddWorkers(workers);
        workers.Tools.AddClaims();
    }

    public static async Task<SixToolSystem> Start(bool distributed, ClaimsServer claims)
    {
        var system = new SixToolSystem();
        if (distributed)
        {
            system.servers = await ServerSet.Get();
            system.virtualHost = await system.servers.CreateVirtualHost("quorum");
            system.database = await system.servers.CreateNavigator();
            system.Run(WorkerProcess.Build(Settings(claims, system.virtualHost, system.database.Worker), AddWorkers));
        }
        var api = ApiProcess.Build(Settings(claims, system.virtualHost, system.database?.Api), AddWorkers);
        system.Run(api);
        foreach (var (app, running) in system.hosts)
            await Eventually.Holds(async () =>
            {
                if (running.IsCompleted)
                    await running; // it could not start, and says why
                return app.Lifetime.ApplicationStarted.IsCancellationRequested;
            });
        system.Client = new HttpClient { BaseAddress = new Uri(api.Urls.First()), Timeout = Patience };
        if (distributed)
            system.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", NavigatorDatabase.Key);
        await Eventually.Holds(async () =>
        {
            using var response = await system.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        });
        return system;
    }

    /// <summary>The job once it has been answered.</summary>
    public async Task<JsonElement> Ask(string question)
    {
        using var response = await Client.PostAsJsonAsync("/v1/chat/jobs?wait=20", new { question });
        var job = await response.Content.ReadFromJsonAsync<JsonElement>();
        while (job.GetProperty("status").GetString() is "queued" or "running")
            job = await Client.GetFromJsonAsync<JsonElement>($"{job.GetProperty("links").GetProperty("self").GetString()}?wait=20");
        Assert.Equal("answered", job.GetProperty("status").GetString());
        return job;
    }

    public Task<IReadOnlyList<QueueState>> Queues() => servers!.Queues(virtualHost!);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var (app, running) in hosts)
        {
            app.Lifetime.StopApplication();
            await running;
        }
        if (virtualHost is not null)
            await servers!.DeleteVirtualHost(virtualHost);
        if (database is not null)
            await servers!.Drop(database);
    }

    private void Run(WebApplication app) => hosts.Add((app, app.RunNavigator()));

    private static string[] Settings(ClaimsServer claims, string? broker, string? postgres) =>
    [
        "--urls=http://127.0.0.1:0", "--Data:Directory=:memory:", "--Embeddings:Model=words",
        "--Claims:ApiKey=k", $"--Claims:BaseUrl={claims.Address}",
        // Tests count calls: the system's own question is for the tests that are about it. And a busy machine is slow.
        "--Concurrency:Canary:Interval=1d", "--Concurrency:Job:Wave=30s", "--Concurrency:Http:StatementTimeout=5s",
        "--Concurrency:Upstreams:claims:Breaker:BreakDuration=10m",
        .. broker is null ? Array.Empty<string>() : [$"--ConnectionStrings:RabbitMq={broker}", $"--ConnectionStrings:Postgres={postgres}"],
    ];
}
