using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Navigator.Servers;
using Navigator.Storage;
using Navigator.Storage.Hosting;
using Navigator.Storage.Tenants;
using Navigator.Upstreams;
using Npgsql;

namespace Navigator.EndToEnd.Tests;

/// <summary>Two tenants of one system: neither ever sees a word of the other.</summary>
public sealed partial class TenancyTests
{
    /// <summary>In A's document, question, conversation and answer, and nowhere that is not A's.</summary>
    private static readonly string[] Canaries = ["Xylophonkanarie", "Quittenkanarie"];

    private static readonly Guid Nobodys = Guid.Parse("018f0000-0000-7000-8000-000000000000");

    [Fact]
    public async Task Every_operation_answers_anothers_id_like_one_that_never_was_and_changes_nothing()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(workers: 1, upstreams, ("Webhooks__AllowLoopback", "true"));
        var ids = await FillA(system);
        using var stranger = await Stranger(system, Scope.All);
        var before = await Everything(system);

        var operations = await Operations(system);
        var walked = 0;
        foreach (var operation in operations.Where(operation => operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            var (anothers, unknown) = (await Send(stranger, operation, ids),
                await Send(stranger, operation, name => name == "passageId" || name == "id" ? Nobodys.ToString() : ""));
            Assert.True(anothers.Status == HttpStatusCode.NotFound, $"{operation.Method} {operation.Path}: {anothers.Status} {anothers.Body}");
            Assert.Equal(unknown, anothers);
            walked++;
        }
        Assert.True(walked >= 12, $"only {walked} operations have an id");

        foreach (var operation in operations.Where(operation => operation is { Method: "GET", Needs: not null }
            && !operation.Path.Contains('{', StringComparison.Ordinal)))
            AssertNoCanary(operation.Path, (await Send(stranger, operation, ids)).Body);
        using (var filtered = await stranger.GetAsync(new Uri($"/v1/chat/jobs?conversation_id={ids("conversation")}", UriKind.Relative)))
            Assert.Empty((await filtered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").EnumerateArray());
        // A question of B's that names A's document and A's conversation finds neither.
        using (var asked = await stranger.PostAsJsonAsync("/v1/chat/jobs?wait=20", new
        {
            question = $"What does it say about {Canaries[1][..4]}?",
            document_ids = new[] { ids("document") },
            conversation_id = ids("conversation")
        }))
        {
            var answer = await asked.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
            AssertNoCanary("an answer to B", answer);
        }
        Assert.Equal(before, await Everything(system));

        await Task.Delay(500);
        foreach (var process in system.Workers.Append(system.Api))
            AssertNoCanary("a log", process.Output);
        using (var metrics = await system.Client.GetAsync(new Uri("/metrics", UriKind.Relative)))
            AssertNoCanary("the metrics", await metrics.Content.ReadAsStringAsync());
        AssertNoCanary("the limits", await system.Client.GetStringAsync(new Uri("/v1/limits", UriKind.Relative)));
        foreach (var queue in await system.Queues())
            AssertNoCanary(queue.Name, await system.Messages(queue.Name));
    }

    [Fact]
    public async Task Each_operation_needs_its_scope_and_no_other()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(workers: 1, upstreams);
        var operations = (await Operations(system)).Where(operation => operation.Needs is not null).ToList();
        Assert.Equal(Scope.All.ToHashSet(), operations.Select(operation => operation.Needs!).ToHashSet());
        using var nobody = new HttpClient { BaseAddress = system.Client.BaseAddress };

        foreach (var scope in Scope.All)
        {
            using var without = await KeyOf(system, NavigatorDatabase.Tenant, [.. Scope.All.Where(other => other != scope)]);
            using var with = await KeyOf(system, NavigatorDatabase.Tenant, [scope]);
            foreach (var operation in operations.Where(operation => operation.Needs == scope))
            {
                var what = $"{operation.Method} {operation.Path}";
                Assert.True((await Send(nobody, operation, _ => Nobodys.ToString())).Status == HttpStatusCode.Unauthorized, what);
                var refused = await Send(without, operation, _ => Nobodys.ToString());
                Assert.True(refused.Status == HttpStatusCode.Forbidden && refused.Body.Contains($"'{scope}'", StringComparison.Ordinal), what);
                Assert.True((await Send(with, operation, _ => Nobodys.ToString())).Status is not (HttpStatusCode.Unauthorized
                    or HttpStatusCode.Forbidden), what);
            }
        }
        using (var metrics = await nobody.GetAsync(new Uri("/metrics", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.Unauthorized, metrics.StatusCode);
        foreach (var open in new[] { "/", "/page.js", "/health/live", "/health/ready", "/openapi/v1.json" })
            using (var response = await nobody.GetAsync(new Uri(open, UriKind.Relative)))
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_within_seconds_and_the_other_goes_on()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(workers: 1, upstreams);
        await using var owner = Owner(system);
        var registry = new PostgresTenantRegistry(owner);
        var (old, young) = (await registry.CreateKey(NavigatorDatabase.Tenant, [Scope.Chat], null, default),
            await registry.CreateKey(NavigatorDatabase.Tenant, [Scope.Chat], null, default));
        async Task<HttpStatusCode> Ask(ApiKey key, string header = "Authorization")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/chat/jobs", UriKind.Relative));
            request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? $"Bearer {key.Reveal()}" : key.Reveal());
            using var client = new HttpClient { BaseAddress = system.Client.BaseAddress };
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
        Assert.Equal(HttpStatusCode.OK, await Ask(old));
        Assert.Equal(HttpStatusCode.OK, await Ask(old, "X-Api-Key"));
        Assert.Equal(HttpStatusCode.OK, await Ask(young));
        // Noted beside the request.
        await Eventually.Holds(async () =>
            Assert.Single(await registry.Keys(NavigatorDatabase.Tenant, default), key => key.Id == old.Id).LastUsedAt is not null);

        await registry.RevokeKey(old.Id, default);

        // In use all the while, which must not keep it.
        await Eventually.Holds(async () => await Ask(old) == HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(old));
        Assert.Equal(HttpStatusCode.OK, await Ask(young));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(young with { Secret = old.Secret }));
        Assert.DoesNotContain(young.Secret, system.Api.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_wrong_keys_are_refused_cheaply_and_a_right_one_goes_on()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(workers: 1, upstreams);
        using (var first = await system.Client.GetAsync(new Uri("/v1/chat/jobs", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var guesser = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 32 }) { BaseAddress = system.Client.BaseAddress };
        var memory = system.Api.MemoryMb;

        var answers = new System.Collections.Concurrent.ConcurrentDictionary<HttpStatusCode, int>();
        var served = 0;
        await Task.WhenAll(
            Parallel.ForAsync(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/chat/jobs", UriKind.Relative));
                // Some guess the secret of a key that exists, some a whole key, some are nonsense.
                var key = (i % 3) switch { 0 => ApiKey.Create() with { Id = "testertester" }, 1 => ApiKey.Create(), _ => null };
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key?.Reveal() ?? "nav_" + new string('x', i % 500)}");
                using var response = await guesser.SendAsync(request, token);
                answers.AddOrUpdate(response.StatusCode, 1, (_, count) => count + 1);
            }),
            Parallel.ForAsync(0, 50, new ParallelOptions { MaxDegreeOfParallelism = 1 }, async (_, token) =>
            {
                using var response = await system.Client.GetAsync(new Uri("/v1/chat/jobs", UriKind.Relative), token);
                served += response.IsSuccessStatusCode ? 1 : 0;
                await Task.Delay(100, token);
            }));

        Assert.Equal(50, served);
        Assert.Equal(10_000, answers.Values.Sum());
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], answers.Keys.Order());
        Assert.InRange(answers[HttpStatusCode.Unauthorized], 1, 200);
        Assert.True(system.Api.MemoryMb < memory + 150, $"from {memory} to {system.Api.MemoryMb} MB");
        Assert.InRange(system.Api.Output.Split('\n').Count(line => line.Contains("wrong keys within a minute", StringComparison.Ordinal)), 1, 20);
    }

    [Fact]
    public async Task What_was_deleted_replayed_and_managed_is_on_record()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(workers: 1, upstreams);
        var ids = await FillA(system);
        using (var replay = await system.Client.PostAsJsonAsync("/v1/replays", new { filter = new { } }))
            Assert.Equal(HttpStatusCode.Accepted, replay.StatusCode);
        using (var deleted = await system.Client.DeleteAsync(new Uri($"/v1/documents/{ids("document")}", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using (var gone = await system.Client.DeleteAsync(new Uri($"/v1/conversations/{ids("conversation")}", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode); // its only answer quoted the document, and went with it

        await using var owner = Owner(system);
        var entries = await new PostgresTenantRegistry(owner).Audit(NavigatorDatabase.Tenant, 100, default);
        Assert.Equal(
            ["conversation.delete", "document.delete", "replay.create", "replay.create"],
            entries.Where(entry => entry.Actor == "key:testertester").Select(entry => entry.Action).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(entries, entry => Canaries.Any(canary => entry.Subject.Contains(canary, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>A document, a question that is answered from it, a conversation, a replay, a webhook.</summary>
    private static async Task<Func<string, string>> FillA(NavigatorSystem system)
    {
        var document = await system.Ingest("kanarie.md", Encoding.UTF8.GetBytes($"# {Canaries[0]}\n\nThe {Canaries[1]} costs 40 dollars a day."),
            TimeSpan.FromSeconds(60));
        var job = await system.End(
            await system.Submit(new
            {
                question = $"What does the {Canaries[1]} cost?",
                conversation_id = "a-conversation",
                web = false,
                callback_url = (string?)null
            }), TimeSpan.FromSeconds(60));
        var citation = job.GetProperty("answer").GetProperty("citations")[0];
        using var created = await system.Client.PostAsJsonAsync("/v1/replays", new { filter = new { } });
        var replay = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        // Nothing of A's moves any more by itself.
        await Eventually.Holds(async () =>
            (await system.Client.GetFromJsonAsync<JsonElement>($"/v1/replays/{replay}")).GetProperty("status").GetString() == "finished");
        var ids = new Dictionary<string, string>
        {
            ["document"] = document.GetProperty("id").GetString()!,
            ["passage"] = citation.GetProperty("passage_id").GetString()!,
            ["job"] = job.GetProperty("id").GetString()!,
            ["conversation"] = "a-conversation",
            ["replay"] = replay,
        };
        return name => ids[name];
    }

    /// <summary>What A has, as A sees it.</summary>
    private static async Task<string> Everything(NavigatorSystem system)
    {
        var all = new StringBuilder();
        foreach (var path in new[] { "/v1/chat/jobs", "/v1/conversations", "/v1/documents", "/v1/replays" })
            all.Append(await system.Client.GetStringAsync(new Uri(path, UriKind.Relative)));
        return all.ToString();
    }

    private static void AssertNoCanary(string where, string text) =>
        Assert.All(Canaries, canary => Assert.False(text.Contains(canary, StringComparison.OrdinalIgnoreCase), $"'{canary}' stands in {where}"));

    private sealed record Operation(string Method, string Path, string? Needs);

    private static async Task<List<Operation>> Operations(NavigatorSystem system)
    {
        var document = await system.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        return
        [
            .. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => new Operation(
                operation.Name.ToUpperInvariant(), path.Name,
                operation.Value.TryGetProperty("security", out var security) ? security[0].GetProperty("key")[0].GetString() : null))),
        ];
    }

    private static async Task<(HttpStatusCode Status, string Body)> Send(HttpClient client, Operation operation, Func<string, string> ids)
    {
        var kind = operation.Path.Contains("/documents", StringComparison.Ordinal)
            ? "document"
            : operation.Path.Contains("/replays", StringComparison.Ordinal) ? "replay"
            : operation.Path.Contains("/conversations", StringComparison.Ordinal) ? "conversation" : "job";
        string Value(string name)
        {
            try
            {
                return ids(name == "passageId" ? "passage" : kind);
            }
            catch (KeyNotFoundException)
            {
                return ids(name);
            }
        }
        var path = operation.Path.Contains('{', StringComparison.Ordinal)
            ? operation.Path.Replace("{id}", Or(Value("id")), StringComparison.Ordinal).Replace("{passageId}",
                Or(operation.Path.Contains("passageId", StringComparison.Ordinal) ? Value("passageId") : ""), StringComparison.Ordinal)
            : operation.Path;
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(path, UriKind.Relative));
        if (operation.Method == "POST" && !operation.Path.Contains('{', StringComparison.Ordinal))
            request.Content = JsonContent.Create(new { });
        using var response = await client.SendAsync(request);
        // Each request has a trace of its own.
        return (response.StatusCode, TraceId().Replace(await response.Content.ReadAsStringAsync(), "\"trace_id\":\"\""));

        static string Or(string value) => value.Length > 0 ? value : Nobodys.ToString();
    }

    private static Task<HttpClient> Stranger(NavigatorSystem system, IReadOnlyList<string> scopes) => KeyOf(system, "stranger", scopes);

    private static async Task<HttpClient> KeyOf(NavigatorSystem system, string tenant, IReadOnlyList<string> scopes)
    {
        await using var owner = Owner(system);
        var registry = new PostgresTenantRegistry(owner);
        if ((await registry.List(default)).All(known => known.Id != tenant))
            await registry.Create(tenant, default);
        var client = new HttpClient { BaseAddress = system.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer",
            (await registry.CreateKey(tenant, scopes, null, default)).Reveal());
        return client;
    }

    [GeneratedRegex("\"trace_id\":\"[^\"]*\"")]
    private static partial Regex TraceId();

    private static NpgsqlDataSource Owner(NavigatorSystem system) =>
        StorageSetup.DataSource(system.Database!, new PostgresPool(0, 2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), 0, GroupSize: 64));
}
