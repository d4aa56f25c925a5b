using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Upstreams;
using Npgsql;

namespace Navigator.EndToEnd.Tests;

/// <summary>navigator doctor names what is broken, in servers and settings that are really broken so.</summary>
public sealed class DoctorTests
{
    private const string NoServer = "127.0.0.1:1";

    [Fact]
    public async Task A_healthy_system_is_healthy_and_its_processes_versions_and_clocks_are_seen()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(workers: 1, upstreams);
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = system.VirtualHost!,
            ["ConnectionStrings__Postgres"] = system.Access!.Worker,
            ["NAVIGATOR_URL"] = system.Client.BaseAddress!.ToString(),
            ["NAVIGATOR_KEY"] = NavigatorDatabase.Key,
            ["OpenAI__ApiKey"] = "test",
            ["OpenAI__BaseUrl"] = upstreams.OpenAi.ToString(),
            ["Anthropic__ApiKey"] = "test",
            ["Anthropic__BaseUrl"] = upstreams.Anthropic.ToString(),
            ["Tavily__ApiKey"] = "test",
            ["Tavily__BaseUrl"] = upstreams.Tavily.ToString(),
        };

        var (exitCode, found) = await Doctor(environment);

        Assert.True(exitCode == 0, found.ToString());
        foreach (var check in new[] { "configuration", "concurrency.yaml", "broker", "broker.version", "broker.queues", "broker.permissions",
            "broker.alarms", "broker.consumers", "broker.failed_messages", "database", "database.version", "database.role", "database.migrations",
            "database.isolation", "database.locks", "database.clock", "models", "models.anthropic", "models.search", "web_search", "telemetry",
            "api" })
            Assert.Equal("ok", Of(found, check).Outcome);
        Assert.Contains("1536 dimensions", Of(found, "models").Found, StringComparison.Ordinal);
        Assert.Contains("1 API, 1 workers, version", Of(found, "processes").Found, StringComparison.Ordinal);
        Assert.Contains("between the database and", Of(found, "processes.clocks").Found, StringComparison.Ordinal);

        var job = await system.Ask("Is the zebra striped?");
        var timeLine = await NavigatorCommand.Run(environment, "job", job.GetProperty("id").GetString()!);
        Assert.Equal(0, timeLine.ExitCode);
        // A second wave is an attempt of its own.
        Assert.Matches(@"answered · answer · attempt [12]\b", timeLine.Output);
        Assert.Matches(@"documents +[\d,]+ ms", timeLine.Output);
        Assert.Contains($"trace     {job.GetProperty("trace_id").GetString()}", timeLine.Output, StringComparison.Ordinal);
        var status = await NavigatorCommand.Run(environment, "status", "--once");
        Assert.Equal(0, status.ExitCode);
        Assert.Contains("compose-answer", status.Output, StringComparison.Ordinal);
        Assert.Contains("worker", status.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await NavigatorCommand.Run(environment, "status", "--json")).Output).RootElement;
        Assert.Equal(2, json.GetProperty("processes").GetArrayLength());
    }

    [Fact]
    public async Task Without_any_server_each_part_is_one_line_and_the_exit_code_is_1()
    {
        var run = await NavigatorCommand.Run(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__RabbitMq"] = $"amqp://someone:wrong@{NoServer}/none",
                ["ConnectionStrings__Postgres"] = "Host=127.0.0.1;Port=1;Username=someone;Password=wrong;Database=none",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{NoServer}",
                ["OpenAI__ApiKey"] = "sk-real",
                ["OpenAI__BaseUrl"] = $"http://{NoServer}/v1",
            },
            "doctor", "--url", $"http://{NoServer}");

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Complaints);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in new[] { "broker", "database", "models", "telemetry", "api" })
            Assert.Contains($"{NoServer}", Assert.Single(lines, line => line.StartsWith($"fail  {part} ", StringComparison.Ordinal)),
                StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Matches("^(ok|warn|fail) +[a-z_.]+  ", line));
        Assert.DoesNotContain("wrong", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_passwords_are_named_and_not_shown()
    {
        var servers = await ServerSet.Get();
        var (host, database) = (await servers.CreateVirtualHost(), await servers.CreateNavigator());
        var (exitCode, found) = await Doctor(new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = new UriBuilder(host) { Password = "not-the-password" }.Uri.ToString(),
            ["ConnectionStrings__Postgres"] = new NpgsqlConnectionStringBuilder(database.Worker) { Password = "not-the-password" }.ConnectionString,
        });

        Assert.Equal(1, exitCode);
        Assert.Contains("refuses the user or the password", Of(found, "broker", "fail").Found, StringComparison.Ordinal);
        Assert.Contains("all-MiniLM-L6-v2", Of(found, "models.search").Found, StringComparison.Ordinal);
        Assert.Contains("refuses the password of navigator_worker", Of(found, "database", "fail").Found, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-password", found.ToString(), StringComparison.Ordinal);
        await servers.DeleteVirtualHost(host);
        await servers.Drop(database);
    }

    [Fact]
    public async Task A_revoked_right_and_queues_that_die_with_their_node_are_named()
    {
        var servers = await ServerSet.Get();
        await using var system = await NavigatorSystem.StartProcesses(workers: 1);
        var (vhost, user) = (new Uri(system.VirtualHost!).AbsolutePath.Trim('/'), $"revoked-{Guid.NewGuid():N}");
        await Put(servers, $"api/users/{user}", new { password = "of-a-test", tags = "" });
        await Put(servers, $"api/permissions/{vhost}/{user}", new { configure = ".*", write = "^(?!compose-answer).*", read = ".*" });
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = new UriBuilder(system.VirtualHost!) { UserName = user, Password = "of-a-test" }.Uri.ToString(),
            ["ConnectionStrings__Postgres"] = system.Access!.Worker,
        };

        var (exitCode, found) = await Doctor(environment);
        Assert.Equal(1, exitCode);
        var rights = Of(found, "broker.permissions", "fail");
        Assert.Contains("write", rights.Found, StringComparison.Ordinal);
        Assert.Contains("compose-answer", rights.Found, StringComparison.Ordinal);
        Assert.DoesNotContain("search-web", rights.Found, StringComparison.Ordinal);

        await Put(servers, $"api/permissions/{vhost}/{user}", new { configure = ".*", write = "", read = ".*" });
        Assert.Contains("may not publish at all", Of((await Doctor(environment)).Found, "broker.alarms", "fail").Found, StringComparison.Ordinal);
        using var gone = await servers.Management.DeleteAsync(new Uri($"api/users/{user}", UriKind.Relative));

        var classic = await servers.CreateVirtualHost("classic");
        await Put(servers, $"api/queues/{new Uri(classic).AbsolutePath.Trim('/')}/search-web", new { durable = true });
        environment["ConnectionStrings__RabbitMq"] = classic;
        Assert.Contains("missing: prepare-question", Of((await Doctor(environment)).Found, "broker.queues", "warn").Found, StringComparison.Ordinal);
        foreach (var queue in Shipped.Queues)
            await Put(servers, $"api/queues/{new Uri(classic).AbsolutePath.Trim('/')}/{queue}", new { durable = true });
        Assert.Contains("no quorum queues", Of((await Doctor(environment)).Found, "broker.queues", "fail").Found, StringComparison.Ordinal);
        await servers.DeleteVirtualHost(classic);
    }

    [Fact]
    public async Task A_database_that_is_behind_open_to_other_tenants_or_used_by_its_owner_is_named()
    {
        var servers = await ServerSet.Get();
        var (host, database) = (await servers.CreateVirtualHost(), await servers.CreateNavigator());
        async Task<JsonElement> After(string sql, string? connectionString = null)
        {
            await Execute(database.Owner, sql);
            var (exitCode, found) = await Doctor(new Dictionary<string, string>
            {
                ["ConnectionStrings__RabbitMq"] = host,
                ["ConnectionStrings__Postgres"] = connectionString ?? database.Worker,
            });
            Assert.Equal(1, exitCode);
            return found;
        }

        Assert.Contains("is not forced on document", Of(await After("ALTER TABLE document NO FORCE ROW LEVEL SECURITY"),
            "database.isolation", "fail").Found, StringComparison.Ordinal);
        Assert.Contains("is not forced on chat_job, document", Of(await After("ALTER TABLE chat_job DISABLE ROW LEVEL SECURITY"),
            "database.isolation", "fail").Found, StringComparison.Ordinal);
        Assert.Contains("1 are missing, up to 0019_keep_keys_from_lookups", Of(
            await After("DELETE FROM schema_migration WHERE name = '0019_keep_keys_from_lookups'"), "database.migrations", "fail").Found,
            StringComparison.Ordinal);
        Assert.Contains("newer than this program", Of(
            await After("INSERT INTO schema_migration (name) VALUES ('9999_from_the_future')"), "database.migrations", "fail").Found,
            StringComparison.Ordinal);
        Assert.Contains("is a superuser", Of(await After("SELECT 1", database.Owner), "database.role", "fail").Found, StringComparison.Ordinal);
        await servers.DeleteVirtualHost(host);
        await servers.Drop(database);
    }

    [Fact]
    public async Task A_silent_process_an_open_breaker_and_a_statement_that_waits_for_a_lock_are_named()
    {
        var servers = await ServerSet.Get();
        var (host, database) = (await servers.CreateVirtualHost(), await servers.CreateNavigator());
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = host,
            ["ConnectionStrings__Postgres"] = database.Worker,
        };
        await Execute(
            database.Owner,
            """
            INSERT INTO process (name, role, seen_at, report) VALUES
                ('gone:1', 'worker', now() - interval '1 minute', '{"breakers": [{"name": "plans", "state": "open"}]}'),
                ('here:2', 'worker', now() + interval '10 minutes', '{"breakers": [{"name": "tavily", "state": "half_open"}]}')
            """);
        await using var holder = new NpgsqlConnection(database.Owner + ";Pooling=false");
        await holder.OpenAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("LOCK TABLE chat_job IN ACCESS EXCLUSIVE MODE", holder, held))
            await take.ExecuteNonQueryAsync();
        var waiting = Execute(database.Owner, "SELECT count(*) FROM chat_job");
        // The connection that waits may need long to be opened.
        await Eventually.Holds(async () => await HasWaited(database.Owner));

        var (_, found) = await Doctor(environment);

        Assert.StartsWith("silent: worker gone:1 for ", Of(found, "processes.lost", "warn").Found, StringComparison.Ordinal);
        Assert.Equal("not closed: tavily (worker here:2)", Of(found, "processes.breakers", "warn").Found);
        Assert.Equal("1 statements have waited for a lock for a second: chat_job", Of(found, "database.locks", "warn").Found);
        await held.RollbackAsync();
        await waiting;
        await Execute(database.Owner, "DELETE FROM process WHERE name = 'gone:1'");
        (_, found) = await Doctor(environment);
        Assert.Equal("ok", Of(found, "processes.lost").Outcome);
        Assert.Equal("ok", Of(found, "database.locks").Outcome);
        await servers.DeleteVirtualHost(host);
        await servers.Drop(database);
    }

    [Fact]
    public async Task A_wrong_limit_an_unreadable_secret_and_a_damaged_file_are_named()
    {
        var folder = Directory.CreateTempSubdirectory();
        var secret = Path.Combine(folder.FullName, "key");
        await File.WriteAllTextAsync(secret, "tvly-of-a-test");
        var environment = new Dictionary<string, string> { ["Data__Directory"] = folder.FullName };
        Assert.Equal("ok", Of((await Doctor(environment)).Found, "data").Outcome);

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "navigator.db"), "no database");
        environment["Concurrency__Sweeper__Batch"] = "many";
        environment["Tavily__ApiKey_FILE"] = secret;
        environment["Tavily__BaseUrl"] = $"http://{NoServer}";
        environment["OpenAI__ApiKey_FILE"] = "/no/such/file";
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var (exitCode, found) = await Doctor(environment);

        Assert.Equal(1, exitCode);
        Assert.Contains(Findings(found), finding => finding is { Check: "secrets", Outcome: "fail" }
            && finding.Found.Contains("/no/such/file", StringComparison.Ordinal));
        Assert.Contains(Findings(found), finding => finding is { Check: "secrets", Outcome: "warn" }
            && finding.Found.Contains("every user", StringComparison.Ordinal));
        Assert.Equal("fail", Of(found, "configuration").Outcome);
        Assert.Equal("fail", Of(found, "data.integrity").Outcome);
        Assert.Equal("fail", Of(found, "web_search").Outcome);
        environment.Remove("OpenAI__ApiKey_FILE");
        Assert.Contains("Batch", Of((await Doctor(environment)).Found, "concurrency.yaml", "fail").Found, StringComparison.OrdinalIgnoreCase);
        folder.Delete(recursive: true);
    }

    private sealed record Finding(string Check, string Outcome, string Found);

    private static async Task<(int ExitCode, JsonElement Found)> Doctor(Dictionary<string, string> environment)
    {
        var run = await NavigatorCommand.Run(environment, "doctor", "--json");
        Assert.Empty(run.Complaints);
        var found = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(run.ExitCode == 0, found.GetProperty("healthy").GetBoolean());
        return (run.ExitCode, found);
    }

    private static IEnumerable<Finding> Findings(JsonElement found) => found.GetProperty("checks").EnumerateArray().Select(finding => new Finding(
        finding.GetProperty("check").GetString()!, finding.GetProperty("outcome").GetString()!, finding.GetProperty("found").GetString()!));

    private static Finding Of(JsonElement found, string check) => Assert.Single(Findings(found), finding => finding.Check == check);

    private static Finding Of(JsonElement found, string check, string outcome)
    {
        var finding = Of(found, check);
        Assert.True(finding.Outcome == outcome, finding.ToString());
        return finding;
    }

    private static async Task Put(ServerSet servers, string what, object body)
    {
        using var response = await servers.Management.PutAsJsonAsync(what, body);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>True if a statement of this database has waited for a lock for a second.</summary>
    private static async Task<bool> HasWaited(string owner)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                           WHERE datname = current_database() AND NOT granted AND waitstart < now() - interval '1 second')
            """, connection);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Execute(string owner, string sql)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
