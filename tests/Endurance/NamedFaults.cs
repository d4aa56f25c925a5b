using System.Net.Http.Json;
using Navigator.Faults.Tests;
using Navigator.Upstreams;
using Npgsql;

namespace Navigator.Endurance;

/// <summary>The deliberate faults: those of the fault suite, and those of an operator's day.</summary>
internal static class NamedFaults
{
    private const string Broker = "rabbitmq1", Database = "postgres", NoServer = "127.0.0.1:1";

    public static IReadOnlyList<NamedFault> All { get; } =
    [
        .. OfSettings(), .. OfUpstreams(), .. OfDatabase(), .. OfLines(), .. OfBroker(), .. OfProcesses(),
    ];

    /// <summary>Wrong from the start: doctor is given what the process would be given.</summary>
    private static IEnumerable<NamedFault> OfSettings()
    {
        yield return Only("unreachable collector of telemetry", "telemetry", ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{NoServer}"));
        yield return Only("unreachable OpenAI", "models", ("OpenAI__BaseUrl", $"http://{NoServer}/v1"));
        yield return Only("unreachable Tavily", "web_search", ("Tavily__BaseUrl", $"http://{NoServer}"));
        yield return Only("a limit that is no number", "concurrency.yaml", ("Concurrency__Sweeper__Batch", "many"));
        var disk = Path.Combine(Path.GetTempPath(), $"navigator-endurance-disk-{Environment.ProcessId}");
        Tmpfs? mounted = null;
        yield return new NamedFault(
            "full disk (embedded)", ["data.disk", "DataDiskFull"],
            async _ =>
            {
                mounted = await Tmpfs.Mount(Directory.CreateDirectory(disk).FullName, "size=16m");
                await File.WriteAllBytesAsync(Path.Combine(disk, "filling"), new byte[15 << 20]);
            },
            async _ =>
            {
                await mounted!.DisposeAsync();
                Directory.Delete(disk);
            },
            ("ConnectionStrings__RabbitMq", ""), ("ConnectionStrings__Postgres", ""), ("Data__Directory", disk));
    }

    private static NamedFault Only(string name, string check, params (string, string)[] settings) =>
        new(name, [check], _ => Task.CompletedTask, _ => Task.CompletedTask, settings);

    private static IEnumerable<NamedFault> OfUpstreams()
    {
        yield return Upstream("Tavily hangs", "search", ["processes.breakers", "CircuitOpen"], new Behaviour { Fault = Fault.BlackHole });
        yield return Upstream("Tavily answers 503", "search", ["processes.breakers", "CircuitOpen"],
            new Behaviour { Fault = Fault.Status, Status = 503 });
        yield return Upstream("moderations answer 500", "moderations", ["processes.breakers", "UpstreamFails"],
            new Behaviour { Fault = Fault.Status, Status = 500 });
        yield return Upstream("plans hang", "plans", ["processes.breakers", "UpstreamFails"], new Behaviour { Fault = Fault.BlackHole });
        string[] ofAnswers = ["UpstreamFails"];
        yield return Upstream("answers: 500", "answers", ofAnswers, new Behaviour { Fault = Fault.Status, Status = 500 });
        yield return Upstream("answers: 429", "answers", ofAnswers, new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "411000" });
        yield return Upstream("answers: connections are cut", "answers", ofAnswers, new Behaviour { Fault = Fault.Reset });
        yield return Upstream("answers hang", "answers", ["OldestJobLate", .. ofAnswers], new Behaviour { Fault = Fault.BlackHole });
        yield return Upstream("embeddings: 429", "embeddings", ["models", "UpstreamFails"],
            new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "411000" });
        yield return Upstream("embeddings hang", "embeddings", ["models", "UpstreamFails"], new Behaviour { Fault = Fault.BlackHole });
        yield return Upstream("embeddings of other dimensions", "embeddings", ["models", "UpstreamFails"],
            new Behaviour { Fault = Fault.WrongDimensions });
    }

    private static NamedFault Upstream(string name, string upstream, IReadOnlyList<string> by, Behaviour behaviour) => new(
        name, by,
        Do(system => system.Deployment.Upstreams.Set(upstream, behaviour)),
        Do(system => system.Deployment.Upstreams.Set(upstream, WholeSystem.Usual(upstream))));

    private static IEnumerable<NamedFault> OfDatabase()
    {
        yield return Sql("wrong password of the database", "database",
            "ALTER ROLE navigator_worker PASSWORD 'another'", "ALTER ROLE navigator_worker PASSWORD 'navigator'");
        yield return Sql("old pgvector (its version in the catalog)", "database.extensions",
            "CREATE TABLE kept_version AS SELECT extversion FROM pg_extension WHERE extname = 'vector';"
                + "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'",
            "UPDATE pg_extension SET extversion = (SELECT extversion FROM kept_version) WHERE extname = 'vector'; DROP TABLE kept_version");
        yield return Sql("a migration is missing", "database.migrations",
            "DELETE FROM schema_migration WHERE name = '0019_keep_keys_from_lookups'",
            "INSERT INTO schema_migration (name) VALUES ('0019_keep_keys_from_lookups')");
        yield return Sql("row-level security switched off", "database.isolation",
            "ALTER TABLE document DISABLE ROW LEVEL SECURITY", "ALTER TABLE document ENABLE ROW LEVEL SECURITY");
        yield return Sql("a clock ten minutes off (as its process reports it)", "processes.clocks",
            """
            INSERT INTO process (name, role, seen_at, report) SELECT 'elsewhere:1', 'worker', at, jsonb_build_object(
                'version', (SELECT report->>'version' FROM process LIMIT 1), 'reportedAt', at + interval '10 minutes', 'breakers', '[]'::jsonb)
            FROM (SELECT now() + interval '60 seconds') AS soon (at)
            """,
            "DELETE FROM process WHERE name = 'elsewhere:1'");
        var lockers = new List<NpgsqlConnection>();
        yield return new NamedFault(
            "the table of jobs is locked", ["database.locks", "OldestJobLate"],
            async system => lockers.Add(await Hold(system, "BEGIN; LOCK TABLE chat_job IN ACCESS EXCLUSIVE MODE")),
            async _ => await LetGo(lockers));
        yield return new NamedFault(
            "no connection is left", ["database", "database.connections"],
            async system =>
            {
                try
                {
                    while (true)
                        lockers.Add(await Hold(system, "SELECT 1"));
                }
                catch (NpgsqlException)
                {
                    // The server has no more.
                }
            },
            async _ => await LetGo(lockers));
        yield return Killed("PostgreSQL killed", Database, "database");
        yield return Frozen("PostgreSQL frozen", Database, "database");
    }

    private static IEnumerable<NamedFault> OfLines()
    {
        foreach (var (name, check, of) in new (string, string, Func<Deployment, TcpProxy>)[]
            { ("broker", "broker", system => system.BrokerLine), ("database", "database", system => system.DatabaseLine) })
            foreach (var (what, state) in new[] { ("cut", Line.Cut), ("silent", Line.Silent) })
                yield return new NamedFault(
                    $"the line to the {name} is {what}", [check], Do(system => of(system.Deployment).Line = state),
                    Do(system => of(system.Deployment).Line = Line.Open));
        yield return new NamedFault(
            "the line to the database is slow", ["database.latency"],
            Do(system => system.Deployment.DatabaseLine.Latency = TimeSpan.FromMilliseconds(60)),
            Do(system => system.Deployment.DatabaseLine.Latency = TimeSpan.Zero));
    }

    private static IEnumerable<NamedFault> OfBroker()
    {
        yield return new NamedFault(
            "a broker's right revoked", ["broker.permissions"], system => Permit(system, "^(?!compose-answer).*"), system => Permit(system, ".*"));
        yield return new NamedFault(
            "poison in a queue", ["broker.failed_messages", "FailedMessages"],
            async system => await Expect(system.Servers.Set.Management.PostAsJsonAsync(
                $"api/exchanges/{system.Deployment.VirtualHostName}/amq.default/publish",
                new { properties = new { }, routing_key = "search-web", payload = "not a message", payload_encoding = "string" })),
            async system => await Expect(system.Servers.Set.Management.DeleteAsync(
                new Uri($"api/queues/{system.Deployment.VirtualHostName}/search-web_error", UriKind.Relative))));
        yield return new NamedFault(
            "the broker's memory alarm", ["broker.alarms", "BrokerAlarm"],
            system => system.Servers.Ctl("set_vm_memory_high_watermark", "absolute", "1MB"),
            system => system.Servers.Ctl("set_vm_memory_high_watermark", "0.6"));
        yield return new NamedFault(
            "wrong password of the broker", ["broker"], system => Password(system, "another"), system => Password(system, "navigator"));
        yield return Frozen("broker frozen", Broker, "broker");
        yield return Killed("broker killed", Broker, "broker");
    }

    private static IEnumerable<NamedFault> OfProcesses()
    {
        string[] lost = ["processes.lost", "TargetMissing"];
        yield return new NamedFault(
            "a worker killed", lost, system => system.Deployment.Workers[0].Kill(), system => system.Deployment.StartEnded());
        yield return new NamedFault(
            "a worker frozen", lost, system => system.Deployment.Workers[0].Signal("STOP"), system => system.Deployment.Workers[0].Signal("CONT"));
        yield return new NamedFault(
            "all workers killed", ["broker.consumers", "QueueWithoutConsumer"],
            system => Task.WhenAll(system.Deployment.Workers.Select(worker => worker.Kill())), system => system.Deployment.StartEnded());
        yield return new NamedFault(
            "API frozen", ["api", "TargetMissing"], system => system.Deployment.Apis[0].Signal("STOP"),
            system => system.Deployment.Apis[0].Signal("CONT"));
        yield return new NamedFault(
            "API killed", ["api", "TargetMissing"], system => system.Deployment.Apis[0].Kill(), system => system.Deployment.StartEnded());
    }

    private static NamedFault Sql(string name, string check, string @break, string mend) =>
        new(name, [check], system => system.Deployment.Execute(@break), system => system.Deployment.Execute(mend));

    private static NamedFault Killed(string name, string server, string check) =>
        new(name, [check], Do(system => system.Servers.Kill(server)), system => system.Servers.Restart());

    private static NamedFault Frozen(string name, string server, string check) =>
        new(name, [check], Do(system => system.Servers.Freeze(server)), Do(system => system.Servers.Thaw(server)));

    private static Func<WholeSystem, Task> Do(Action<WholeSystem> act) => system =>
    {
        act(system);
        return Task.CompletedTask;
    };

    private static async Task<NpgsqlConnection> Hold(WholeSystem system, string sql)
    {
        var connection = new NpgsqlConnection(system.Deployment.Database + ";Pooling=false;Timeout=5");
        try
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
            return connection;
        }
        catch (NpgsqlException)
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task LetGo(List<NpgsqlConnection> held)
    {
        foreach (var connection in held)
            await connection.DisposeAsync();
        held.Clear();
    }

    /// <summary>The server's own program sets it, because the management API asks for the password too.</summary>
    private static Task Password(WholeSystem system, string password) => system.Servers.Ctl("change_password", UserOf(system), password);

    private static string UserOf(WholeSystem system) => new Uri(system.Deployment.VirtualHost).UserInfo.Split(':')[0];

    private static Task Permit(WholeSystem system, string write) => Expect(system.Servers.Set.Management.PutAsJsonAsync(
        $"api/permissions/{system.Deployment.VirtualHostName}/{UserOf(system)}",
        new { configure = ".*", write, read = ".*" }));

    private static async Task Expect(Task<HttpResponseMessage> sent)
    {
        using var response = await sent;
        response.EnsureSuccessStatusCode();
    }
}
