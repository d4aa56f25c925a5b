using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Navigator.Servers;
using Navigator.Upstreams;
using Navigator.Watching;
using Npgsql;

namespace Navigator.EndToEnd.Tests;

/// <summary>A real Prometheus, with compose's configuration, at an API, a worker and RabbitMQ.</summary>
public sealed partial class WatchTests
{
    /// <summary>A worker says where it listens.</summary>
    private static readonly (string, string) SaysAddress = ("Serilog__MinimumLevel__Override__Microsoft.Hosting.Lifetime", "Information");

    /// <summary>So many that the canaries that end during a slow start do not keep the ratio of slow jobs below 72 %.</summary>
    private const int Slow = 55;

    /// <summary>Permits for the canaries, which are answered while all the other questions are slow.</summary>
    private const int Canaries = 9;

    private const string NothingListens = "http://127.0.0.1:9/";

    [Fact]
    public async Task While_a_healthy_system_works_every_panel_has_data_and_no_alert_fires()
    {
        await using var upstreams = await UpstreamServer.Start();
        // On a busy machine a message may wait longer than the grace, and is then sent again.
        await using var system = await NavigatorSystem.StartProcesses(
            1, upstreams, SaysAddress, ("Concurrency__Canary__Interval", "5s"), ("Concurrency__Job__EnqueueGrace", "60s"));
        var broker = (await ServerSet.Get()).BrokerMetrics;
        await using var prometheus = await Watch(system, broker);
        var document = await system.Ingest(
            "notes.md", Encoding.UTF8.GetBytes("# Notes\n\nThe deductible is 500 dollars a year."), NavigatorSystem.Patience);
        await system.Client.GetStringAsync(new Uri(document.GetProperty("links").GetProperty("original").GetString()!, UriKind.Relative));
        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            Assert.Equal("answered", (await system.Ask($"What is the latest news on my deductible, number {i}?")).GetProperty("status").GetString()));

        var panels = Dashboard.All.SelectMany(dashboard => dashboard.Rows).SelectMany(row => row.Panels)
            .SelectMany(panel => panel.Queries.Select(query => (Panel: panel, query.Expr))).Where(each => IsWatched(each.Expr)).ToList();
        var missing = new List<string>();
        await Eventually.Holds(
            async () =>
            {
                missing.Clear();
                foreach (var (panel, query) in panels)
                    if ((await prometheus.Query(Filled(query))).Count == 0 && panel.Empty is null)
                        missing.Add($"{panel.Title}: {query}");
                return missing.Count == 0;
            },
            () => $"No data:\n{string.Join('\n', missing)}");

        var known = (await prometheus.Names("__name__")).Union(await prometheus.Names(null));
        Assert.Empty(panels.Where(each => each.Panel.Empty is null).Select(each => each.Expr).Concat(AlertRule.Alerts.Select(alert => alert.Expr))
            .SelectMany(expression => OfLibraries().Matches(expression)).Select(match => match.Value).Where(IsWatched).Except(known));
        await Eventually.Holds(
            async () => (await prometheus.Query("navigator:slow:ratio5m")).Count > 0, () => "The recorded ratio of slow answers has no data.");
        foreach (var alert in AlertRule.Alerts)
            Assert.True(await prometheus.Query(alert.Expr) is [], alert.Name);
        Assert.Empty(await prometheus.Query("ALERTS{alertstate=\"firing\"}"));

        bool IsWatched(string text) => broker is not null || !text.Contains("rabbitmq_", StringComparison.Ordinal);
    }

    /// <summary>
    /// The rules as shipped, but seconds instead of minutes: <c>for</c> is a second, and a circuit breaker that was open for three seconds counts.
    /// Left to the endurance run's named faults are those that need a broker, a disk or processes to be broken: BrokerAlarm, DataDiskFull,
    /// ConsumersRestart and ProcessRestarts.
    /// </summary>
    [Fact]
    public async Task A_real_cause_fires_its_alert()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(
            1, upstreams, SaysAddress, ("Concurrency__Canary__Interval", "5s"), ("Concurrency__Canary__Late", "10s"),
            ("Concurrency__Upstreams__tavily__Breaker__BreakDuration", "5m"), ("Concurrency__Upstreams__answers__InFlight", $"{Slow}"),
            ("Concurrency__Upstreams__answers__Connections", $"{Slow}"), ("Concurrency__Queues__compose-answer__InFlight", $"{Slow + Canaries}"),
            ("Concurrency__Admission__UnderWay", $"{Slow + Canaries}"), ("Concurrency__Job__EnqueueGrace", "60s"),
            ("Concurrency__Http__Statements", "18"), ("Webhooks__AllowLoopback", "true"));
        var servers = await ServerSet.Get();
        await using var prometheus = await Watch(system, servers.BrokerMetrics, rules => Duration().Replace(rules, "for: 1s")
            .Replace("[2m]", "[3s]", StringComparison.Ordinal).Replace("offset 2m", "offset 3s", StringComparison.Ordinal));
        var alerts = new Alerts(prometheus);

        upstreams.Set("answers", new Behaviour { LatencyMs = 18_000 });
        var slow = Task.WhenAll(Enumerable.Range(0, Slow).Select(i => system.Ask($"What is covered, number {i}?")));
        await alerts.Fire("LimitNearlyFull", "OldestJobLate");
        await slow;
        await alerts.Fire("JobsSlow", "JobsSlowly");

        upstreams.Set("answers", new Behaviour { Fault = Fault.Status, Status = 500 });
        await alerts.FireOn(
            () => Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            {
                var job = await system.Submit(new { question = $"What fails, number {i}?", callback_url = NothingListens, web = false });
                await system.End(job, NavigatorSystem.Patience);
            })),
            "JobsFail", "JobsFailSlowly", "UpstreamFails", "WebhooksFail");
        upstreams.Set("answers", new Behaviour());

        upstreams.Set("search", new Behaviour { Fault = Fault.Status, Status = 503 });
        await alerts.FireOn(() => system.Ask("What is the latest news?"), "CircuitOpen");

        var lists = new List<Task<HttpResponseMessage>>();
        await using (await Lock(system.Database!, "document"))
            await alerts.FireOn(
                () =>
                {
                    // They give up after some seconds, and others take their place.
                    if (lists.TrueForAll(list => list.IsCompleted))
                        lists.AddRange(Enumerable.Range(0, 40).Select(_ => system.Client.GetAsync(new Uri("/v1/documents", UriKind.Relative))));
                    return Task.CompletedTask;
                },
                "PoolNearlyFull");
        foreach (var list in await Task.WhenAll(lists))
            list.Dispose();

        if (servers.BrokerMetrics is not null)
        {
            using var poison = await servers.Management.PostAsJsonAsync(
                $"api/exchanges/{VirtualHostOf(system)}/amq.default/publish",
                new { properties = new { }, routing_key = "search-web", payload = "not a message", payload_encoding = "string" });
            await alerts.Fire("FailedMessages");
        }

        await system.Workers[0].Kill();
        await alerts.FireOn(
            () => Task.WhenAll(Enumerable.Range(0, 30).Select(
                i => system.Submit(new { question = $"Who works, number {i}?", deadline_seconds = 1 }))),
            "QueueGrows", "SweeperRescues");
        await alerts.Fire("QueueWithoutConsumer", "TargetMissing", "CanaryLate");
    }

    /// <summary>Holds a table, so that every statement on it waits.</summary>
    private static async Task<NpgsqlConnection> Lock(string database, string table)
    {
        var holder = new NpgsqlConnection(database + ";Pooling=false");
        await holder.OpenAsync();
        await using var take = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", holder);
        await take.ExecuteNonQueryAsync();
        return holder;
    }

    private sealed class Alerts(PrometheusServer prometheus)
    {
        /// <summary>The cause is there.</summary>
        public async Task Fire(params string[] alerts)
        {
            foreach (var alert in alerts)
                await Eventually.Holds(() => Fires(alert), () => $"{alert} does not fire.");
        }

        /// <summary>None of them fires before. The cause is made until all do.</summary>
        public async Task FireOn(Func<Task> cause, params string[] alerts)
        {
            foreach (var alert in alerts)
                Assert.False(await Fires(alert), $"{alert} fires without its cause.");
            foreach (var alert in alerts)
                await Eventually.Holds(
                    async () =>
                    {
                        await cause();
                        return await Fires(alert);
                    },
                    () => $"{alert} does not fire.");
        }

        private async Task<bool> Fires(string alert) =>
            (await prometheus.Query($"ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}")).Count > 0;
    }

    /// <summary>As Grafana fills in a query: the interval of the panel, and the text boxes.</summary>
    private static string Filled(string query) => Dashboard.Variables.Aggregate(
        query.Replace("$__rate_interval", "1m", StringComparison.Ordinal),
        (text, variable) => text.Replace($"${variable.Name}", variable.Default, StringComparison.Ordinal));

    /// <summary>Starts Prometheus with compose's configuration at this system's addresses, once a second instead of every 15.</summary>
    /// <param name="broker">Host and port of RabbitMQ's metrics; null if it is not known, and RabbitMQ is not asked.</param>
    /// <param name="change">Changes the rules; null: as shipped.</param>
    private static async Task<PrometheusServer> Watch(NavigatorSystem system, string? broker, Func<string, string>? change = null)
    {
        var worker = "";
        await Eventually.Holds(() => (worker = Address().Match(system.Workers[0].Output).Groups["address"].Value).Length > 0);
        return await new ShippedPrometheus(system.Client.BaseAddress!.Authority, [worker], broker, VirtualHostOf(system)).Start(
            configuration => configuration.Replace("interval: 15s", "interval: 1s", StringComparison.Ordinal),
            rules => (change ?? (unchanged => unchanged))(rules.Replace("interval: 30s", "interval: 1s", StringComparison.Ordinal)));
    }

    private static string VirtualHostOf(NavigatorSystem system) => new Uri(system.VirtualHost!).AbsolutePath.Trim('/');

    [GeneratedRegex(@"\bfor: \d+[mh]", RegexOptions.None, 10_000)]
    private static partial Regex Duration();

    [GeneratedRegex(@"""address"":""http://(?<address>127\.0\.0\.1:[1-9]\d*)", RegexOptions.None, 10_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(db_client|dotnet|http_client|http_server|kestrel|messaging|rabbitmq)_\w+", RegexOptions.None, 10_000)]
    private static partial Regex OfLibraries();
}
