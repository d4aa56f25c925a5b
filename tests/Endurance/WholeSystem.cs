using Navigator.Faults.Tests;
using Navigator.Load;
using Navigator.Servers;
using Navigator.Upstreams;

namespace Navigator.Endurance;

/// <summary>
/// A distributed Navigator with the limits that it ships with, on servers that may be broken, some documents in it, and Prometheus with the
/// shipped alerts beside it.
/// </summary>
internal sealed class WholeSystem : IAsyncDisposable
{
    private const int FirstPort = 27_800;
    private const int Passages = 500;

    /// <summary>What the stand-ins take, in ms: as long as the real ones do on a good day.</summary>
    private static readonly (string Upstream, int Ms)[] Latencies =
        [("embeddings", 60), ("answers", 500), ("plans", 100), ("moderations", 50), ("translations", 100), ("search", 300)];

    private WholeSystem(BreakableServers servers, Deployment deployment, PrometheusServer prometheus) =>
        (Servers, Deployment, Prometheus) = (servers, deployment, prometheus);

    public BreakableServers Servers { get; }

    public Deployment Deployment { get; }

    public PrometheusServer Prometheus { get; }

    /// <summary>The processes by the names that a report gives them.</summary>
    public IReadOnlyList<(string Name, NavigatorProcess Process)> Processes =>
        [("API", Deployment.Apis[0]), .. Deployment.Workers.Select((worker, i) => ($"worker {i + 1}", worker))];

    public static async Task<WholeSystem> Start(CancellationToken token)
    {
        var servers = await BreakableServers.Start("endurance", FirstPort);
        try
        {
            // Only warnings: every process keeps its log in memory, for what a failed run prints.
            var deployment = await Deployment.Start(
                servers, apis: 1, workers: 2, null, null, [("Serilog__MinimumLevel__Default", "Warning")]);
            try
            {
                foreach (var (upstream, _) in Latencies)
                    deployment.Upstreams.Set(upstream, Usual(upstream));
                using (var http = deployment.Caller())
                    await Library.Fill(http, Passages, token);
                var prometheus = await new ShippedPrometheus(
                    deployment.ApiAddresses[0], deployment.WorkerAddresses, servers.Set.BrokerMetrics, deployment.VirtualHostName).Start();
                return new WholeSystem(servers, deployment, prometheus);
            }
            catch
            {
                await deployment.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>How an upstream behaves when nothing is wrong with it.</summary>
    public static Behaviour Usual(string upstream) => new() { LatencyMs = Latencies.First(latency => latency.Upstream == upstream).Ms };

    /// <summary>People with questions about the documents, and every third with one for the web.</summary>
    public People Callers(History history, SharedRandom random, double perSecond) => new(Deployment.Url, history, random)
    {
        PerSecond = perSecond,
        Question = number => number % 3 == 0 ? $"What is the latest news on case-{number:x8}?" : $"What is covered in case-{number:x8}?",
    };

    /// <summary>Messages that wait in all queues of the system; null while the broker does not answer.</summary>
    public async Task<long?> Waiting()
    {
        try
        {
            return (await Servers.Set.Queues(Deployment.VirtualHost).WaitAsync(TimeSpan.FromSeconds(2))).Sum(queue => queue.Messages);
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException or TaskCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Prometheus.DisposeAsync();
        await Deployment.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
