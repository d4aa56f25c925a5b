using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>navigator, as a person or a script calls it.</summary>
public sealed class CommandLineTests
{
    private const string Nowhere = "http://127.0.0.1:1";

    [Fact]
    public async Task Files_are_ingested_questions_answered_jobs_listed_and_failures_replayed()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(workers: 0, upstreams);
        var url = system.Client.BaseAddress!.ToString();
        var folder = Directory.CreateTempSubdirectory();
        var (good, bad) = (Path.Combine(folder.FullName, "zebra.md"), Path.Combine(folder.FullName, "picture.png"));
        await File.WriteAllTextAsync(good, "# Animals\n\nThe zebra is striped.");
        await File.WriteAllBytesAsync(bad, [0x89, 0x50, 0x4E, 0x47, 0, 0, 0]);

        var ingested = await Run(url, "ingest", good, bad);
        Assert.Equal(1, ingested.ExitCode);
        Assert.Contains("zebra.md: ready", ingested.Output, StringComparison.Ordinal);
        Assert.Contains("picture.png: refused", ingested.Output, StringComparison.Ordinal);

        var answered = await Run(url, "ask", "Is the zebra striped?");
        Assert.Equal(0, answered.ExitCode);
        Assert.Contains("[1] ", answered.Output, StringComparison.Ordinal);

        upstreams.Set("answers", new Behaviour { Fault = Fault.Status, Status = 500 });
        var failed = await Run(url, "ask", "And the horse?", "--json");
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal("answer_failed", JsonDocument.Parse(failed.Output).RootElement.GetProperty("error").GetProperty("code").GetString());
        upstreams.Set("answers", new Behaviour());

        var preview = await Run(url, "replay", "--since", "1h", "--dry-run", "--json");
        Assert.Equal((0, 1), (preview.ExitCode, JsonDocument.Parse(preview.Output).RootElement.GetProperty("matched").GetInt32()));
        var replayed = await Run(url, "replay", "--status", "failed");
        Assert.Equal(0, replayed.ExitCode);
        Assert.Contains("1 matched, 1 replayed, 0 skipped, 1 answered, 0 failed again", replayed.Output, StringComparison.Ordinal);

        var jobs = await Run(url, "jobs", "--status", "answered");
        Assert.Equal(0, jobs.ExitCode);
        Assert.Contains("Is the zebra striped?", jobs.Output, StringComparison.Ordinal);
        Assert.Contains("And the horse?", jobs.Output, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(4, "does not answer", "jobs", "--url", Nowhere)]
    [InlineData(2, "is not an address", "jobs", "--url", "nonsense")]
    [InlineData(2, "The file /no/such/file.pdf does not exist", "ingest", "/no/such/file.pdf")]
    [InlineData(2, "is not a duration such as 30m", "replay", "--since", "soon")]
    [InlineData(2, "ConnectionStrings__PostgresOwner is not set", "migrate")]
    [InlineData(2, "ConnectionStrings__PostgresOwner is not set", "import", "/no/such/directory")]
    [InlineData(2, "/no/such/directory/navigator.db does not exist. Start Navigator once", "tenants", "list", "--data", "/no/such/directory")]
    [InlineData(2, "/no/such/directory/navigator.db does not exist. Start Navigator once", "backup", "copy.db", "--data", "/no/such/directory")]
    [InlineData(2, "/no/such/directory/navigator.db does not exist. Start Navigator once", "export", "copy", "--data", "/no/such/directory")]
    [InlineData(2, "See navigator --help", "ask")]
    [InlineData(2, "See navigator --help", "dance")]
    [InlineData(2, "See navigator --help", "replay", "--colour", "blue")]
    public async Task What_is_wrong_is_said_in_one_line_with_an_exit_code(int exitCode, string said, params string[] arguments)
    {
        var run = await Run(Nowhere, arguments);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(said, Assert.Single(run.Complaints.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_in_its_words()
    {
        await using var system = await NavigatorSystem.Start(workers: 0);

        var run = await Run(system.Client.BaseAddress!.ToString(), "jobs", "--status", "done");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("(invalid_status)", run.Complaints, StringComparison.Ordinal);
    }

    /// <summary>From an empty database to an answer, with nothing but the commands that operators have.</summary>
    [Fact]
    public async Task The_owner_migrates_makes_tenants_and_keys_and_takes_them_away()
    {
        var servers = await ServerSet.Get();
        var empty = await servers.CreateDatabase();
        var owner = new Dictionary<string, string> { ["ConnectionStrings__PostgresOwner"] = empty };
        async Task<string> Owner(int exitCode, params string[] arguments)
        {
            var run = await Run(owner, arguments);
            Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {run.ExitCode} {run.Output} {run.Complaints}");
            return run.Output + run.Complaints;
        }

        Assert.Contains("run navigator migrate first", await Owner(3, "tenants", "list"), StringComparison.Ordinal);
        Assert.Contains("applied 0001_create_chat_job", await Owner(0, "migrate"), StringComparison.Ordinal);
        Assert.Contains("up to date", await Owner(0, "migrate"), StringComparison.Ordinal);
        Assert.Contains("acme was created", await Owner(0, "tenants", "create", "acme"), StringComparison.Ordinal);
        Assert.Contains("already", await Owner(3, "tenants", "create", "acme"), StringComparison.Ordinal);
        Assert.Contains("A tenant's name has", await Owner(3, "tenants", "create", "Acme & Sons"), StringComparison.Ordinal);
        Assert.Contains("needs one or more of", await Owner(3, "keys", "create", "acme", "--scope", "everything"), StringComparison.Ordinal);
        Assert.Contains("'soon' is not a duration", await Owner(2, "keys", "create", "acme", "--expires", "soon"), StringComparison.Ordinal);
        var key = (await Owner(0, "keys", "create", "acme", "--scope", "chat", "--expires", "90d")).Trim();
        Assert.Matches("^nav_[a-z2-7]{12}_[a-z2-7]{32}$", key);
        var listed = await Owner(0, "keys", "list");
        Assert.Contains(key[4..16], listed, StringComparison.Ordinal);
        Assert.DoesNotContain(key[17..], listed, StringComparison.Ordinal);
        Assert.StartsWith("whsec_", await Owner(0, "tenants", "webhook-secret", "acme"), StringComparison.Ordinal);

        Assert.Contains("is revoked", await Owner(0, "keys", "revoke", key[4..16]), StringComparison.Ordinal);
        Assert.Contains("revoked", await Owner(0, "keys", "list", "--tenant", "acme"), StringComparison.Ordinal);
        Assert.Contains("Add --yes", await Owner(2, "tenants", "delete", "acme"), StringComparison.Ordinal);
        Assert.Contains("acme was erased: 0 jobs, 0 documents", await Owner(0, "tenants", "delete", "acme", "--yes"), StringComparison.Ordinal);
        var audit = await Owner(0, "audit", "--tenant", "acme");
        Assert.All(["tenant.create", "key.create", "key.revoke", "webhook-secret.read", "tenant.delete", "owner:navigator"],
            said => Assert.Contains(said, audit, StringComparison.Ordinal));
        await servers.DropDatabase(empty);

        var away = new Dictionary<string, string> { ["ConnectionStrings__PostgresOwner"] = "Host=127.0.0.1;Port=1;Username=x;Password=y;Database=z" };
        Assert.Equal(4, (await Run(away, "tenants", "list")).ExitCode);
    }

    [Fact]
    public async Task The_owner_of_an_embedded_file_makes_tenants_and_keys_and_takes_them_away_while_it_is_used()
    {
        var folder = Directory.CreateTempSubdirectory();
        using (var running = Embedded(folder))
        {
            Task<string> Owner(int exitCode, params string[] arguments) => OnFile(folder, exitCode, arguments);

            Assert.Contains("acme was created", await Owner(0, "tenants", "create", "acme"), StringComparison.Ordinal);
            Assert.Contains("already", await Owner(3, "tenants", "create", "acme"), StringComparison.Ordinal);
            Assert.Contains("needs one or more of", await Owner(3, "keys", "create", "acme", "--scope", "everything"), StringComparison.Ordinal);
            var key = ApiKey.Parse((await Owner(0, "keys", "create", "acme", "--scope", "chat", "--expires", "90d")).Trim())!;
            Assert.True(StoredKey.Matches(await new SqliteApiKeys(running).Find(key.Id, default), key));
            Assert.Contains(key.Id, await Owner(0, "keys", "list", "--tenant", "acme"), StringComparison.Ordinal);
            Assert.StartsWith("whsec_", await Owner(0, "tenants", "webhook-secret", "acme"), StringComparison.Ordinal);

            Assert.Contains("is revoked", await Owner(0, "keys", "revoke", key.Id), StringComparison.Ordinal);
            Assert.False(StoredKey.Matches(await new SqliteApiKeys(running).Find(key.Id, default), key));
            Assert.Contains("acme was erased: 0 jobs, 0 documents", await Owner(0, "tenants", "delete", "acme", "--yes"), StringComparison.Ordinal);
            Assert.DoesNotContain("acme", await Owner(0, "tenants", "list"), StringComparison.Ordinal);
            var audit = await Owner(0, "audit", "--tenant", "acme");
            Assert.All(["tenant.create", "key.create", "key.revoke", "webhook-secret.read", "tenant.delete", $"owner:{Environment.UserName}"],
                said => Assert.Contains(said, audit, StringComparison.Ordinal));
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_backup_holds_everything_is_its_owners_alone_and_overwrites_nothing()
    {
        var folder = Directory.CreateTempSubdirectory();
        var copy = Path.Combine(folder.CreateSubdirectory("copy").FullName, "navigator.db");
        using (var running = Embedded(folder))
        {
            await new SqliteTenantRegistry(running).Create("acme", default);

            Assert.Contains($"{copy} was written: ", await OnFile(folder, 0, "backup", copy), StringComparison.Ordinal);
        }
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        Assert.Contains("exists already", await OnFile(folder, 2, "backup", copy), StringComparison.Ordinal);
        using (var restored = Embedded(new DirectoryInfo(Path.GetDirectoryName(copy)!)))
            Assert.Equal("acme", Assert.Single(await new SqliteTenantRegistry(restored).List(default)).Id);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_export_goes_into_a_directory_of_its_owners_alone_and_overwrites_nothing()
    {
        var folder = Directory.CreateTempSubdirectory();
        var export = Path.Combine(folder.FullName, "export");
        using (var running = Embedded(folder))
        {
            await new SqliteTenantRegistry(running).Create("acme", default);

            Assert.Contains($"{export} was written.", await OnFile(folder, 0, "export", export), StringComparison.Ordinal);
        }
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(export));
        var manifest = await File.ReadAllTextAsync(Path.Combine(export, "manifest.json"));
        Assert.Contains("exists already and is not empty", await OnFile(folder, 2, "export", export), StringComparison.Ordinal);
        Assert.Equal(manifest, await File.ReadAllTextAsync(Path.Combine(export, "manifest.json")));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_one_process_kept_is_moved_into_PostgreSQL_and_the_same_questions_are_answered_alike()
    {
        string[] questions = ["Is the zebra striped?", "What does the quagga eat?", "What is my deductible?"];
        var folder = Directory.CreateTempSubdirectory();
        var export = Path.Combine(folder.FullName, "export");
        var asked = new List<(JsonElement Job, string Tag)>();
        await using (var embedded = await NavigatorSystem.StartProcesses(workers: 0, null, ("Data__Directory", folder.FullName)))
        {
            await embedded.Ingest(
                "animals.md", Encoding.UTF8.GetBytes("# Animals\n\n## Zebra\n\nThe zebra is striped.\n\n## Quagga\n\nThe quagga eats grass.\n"),
                TimeSpan.FromSeconds(30));
            await UntilReady(embedded.Client, documents: 2);
            foreach (var question in questions)
                asked.Add(await Get(embedded.Client, (await embedded.Ask(question)).GetProperty("id").GetString()!));
            Assert.Equal(0, await embedded.Api.Stop());
        }

        Assert.Contains("documents.jsonl: 2 rows", await OnFile(folder, 0, "export", export), StringComparison.Ordinal);
        await using var distributed = await NavigatorSystem.Start(workers: 1);
        var owner = new Dictionary<string, string> { ["ConnectionStrings__PostgresOwner"] = distributed.Database! };
        var imported = await Run(owner, "import", export);
        Assert.True(imported.ExitCode == 0, $"{imported.Output} {imported.Complaints}");
        Assert.EndsWith("The import is complete.", imported.Output.TrimEnd(), StringComparison.Ordinal);
        var again = JsonDocument.Parse((await Run(owner, "import", export, "--json")).Output).RootElement;
        Assert.True(again.GetProperty("is_complete").GetBoolean());
        Assert.All(again.GetProperty("kinds").EnumerateArray(), kind => Assert.Equal(0, kind.GetProperty("imported").GetInt64()));

        var key = (await Run(owner, "keys", "create", "development")).Output.Trim();
        distributed.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (question, (before, tag)) in questions.Zip(asked))
        {
            var (there, tagThere) = await Get(distributed.Client, before.GetProperty("id").GetString()!);
            Assert.Equal((before.GetProperty("answer").ToString(), tag), (there.GetProperty("answer").ToString(), tagThere));
            var anew = await distributed.Ask(question);
            Assert.NotEqual(before.GetProperty("id").GetString(), anew.GetProperty("id").GetString());
            Assert.Equal(Said(before), Said(anew));
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_goes_along_from_the_environment_and_a_missing_or_wrong_one_is_named()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(workers: 1, upstreams);
        var url = system.Client.BaseAddress!.ToString();

        var answered = await Run(new Dictionary<string, string> { ["NAVIGATOR_URL"] = url, ["NAVIGATOR_KEY"] = NavigatorDatabase.Key }, "ask",
            "Hello!");
        Assert.Equal((0, ""), (answered.ExitCode, answered.Complaints.Contains("navigator:", StringComparison.Ordinal) ? answered.Complaints : ""));
        var none = await Run(new Dictionary<string, string> { ["NAVIGATOR_URL"] = url }, "jobs");
        Assert.Equal(3, none.ExitCode);
        Assert.Contains("set NAVIGATOR_KEY", none.Complaints, StringComparison.Ordinal);
        var wrong = await Run(new Dictionary<string, string> { ["NAVIGATOR_URL"] = url, ["NAVIGATOR_KEY"] = "nav_wrong" }, "jobs");
        Assert.Equal(3, wrong.ExitCode);
        Assert.Contains("(key_not_valid)", wrong.Complaints, StringComparison.Ordinal);
    }

    /// <summary>A job, and its ETag.</summary>
    private static async Task<(JsonElement Job, string Tag)> Get(HttpClient client, string job)
    {
        using var response = await client.GetAsync(new Uri($"/v1/chat/jobs/{job}", UriKind.Relative));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(), response.Headers.ETag!.ToString());
    }

    /// <summary>What an answer says and cites, without the scores: each database rounds in its own way.</summary>
    private static IEnumerable<string> Said(JsonElement job)
    {
        var answer = job.GetProperty("answer");
        Assert.NotEmpty(answer.GetProperty("citations").EnumerateArray());
        return answer.GetProperty("citations").EnumerateArray()
            .Select(citation => string.Join(' ', citation.EnumerateObject().Where(part => part.Name != "score").Select(part => part.ToString())))
            .Prepend(answer.GetProperty("text").GetString()!);
    }

    /// <summary>With the sample policy, which a new file gets by itself.</summary>
    private static Task UntilReady(HttpClient client, int documents) => Eventually.Holds(
        async () => (await client.GetFromJsonAsync<JsonElement>("/v1/documents")).GetProperty("data").EnumerateArray()
            .Count(document => document.GetProperty("status").GetString() == "ready") == documents,
        () => $"There are not {documents} ready documents.");

    /// <summary>The file of embedded mode, as a process that runs on it has it.</summary>
    private static SqliteDatabase Embedded(DirectoryInfo folder) => SqliteDatabase.Open(
        DataDirectory.FileIn(folder.FullName), TimeProvider.System, new SqliteLimits(64, 2, TimeSpan.FromSeconds(20), 0));

    /// <summary>Both outputs of a command on the file in this folder.</summary>
    private static async Task<string> OnFile(DirectoryInfo folder, int exitCode, params string[] arguments)
    {
        var run = await Run(new Dictionary<string, string>(), [.. arguments, "--data", folder.FullName]);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {run.ExitCode} {run.Output} {run.Complaints}");
        return run.Output + run.Complaints;
    }

    private static Task<(int ExitCode, string Output, string Complaints)> Run(string url, params string[] arguments) =>
        Run(new Dictionary<string, string> { ["NAVIGATOR_URL"] = url }, arguments);

    private static async Task<(int ExitCode, string Output, string Complaints)> Run(Dictionary<string, string> environment, params string[] arguments)
    {
        var (exitCode, output, complaints) = await NavigatorCommand.Run(environment, arguments);
        return (exitCode, output, complaints);
    }
}
