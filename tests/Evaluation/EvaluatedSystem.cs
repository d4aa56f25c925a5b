using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Load;
using Navigator.Servers;

namespace Navigator.Evaluation;

/// <summary>Navigator as people start it: one embedded process on a file, or API and worker on RabbitMQ and PostgreSQL.</summary>
internal sealed class EvaluatedSystem : IAsyncDisposable
{
    private static readonly TimeSpan IngestionLimit = TimeSpan.FromMinutes(15);

    private readonly List<NavigatorProcess> processes = [];
    private HttpClient http = null!;

    /// <summary>Null embedded.</summary>
    private (ServerSet Servers, string VirtualHost, NavigatorDatabase Database)? servers;

    /// <summary>Processor seconds of all processes so far.</summary>
    public double ProcessorSeconds => processes.Sum(process => ProcessorTime.Of(process.Id));

    /// <param name="settings">Further settings, as environment variables.</param>
    public static async Task<EvaluatedSystem> Start(bool postgres, IReadOnlyDictionary<string, string> settings)
    {
        var system = new EvaluatedSystem();
        var environment = new Dictionary<string, string>
        {
            ["Embeddings__Model"] = "local",
            ["Serilog__MinimumLevel__Default"] = "Warning",
            ["Concurrency__Admission__TenantUnfinished"] = "1000000",
            ["Concurrency__Http__TenantRequestsPerSecond"] = "1000000",
        };
        foreach (var (name, value) in settings)
            environment[name] = value;
        if (postgres)
        {
            var set = await ServerSet.Get();
            var (host, database) = (await set.CreateVirtualHost(), await set.CreateNavigator());
            system.servers = (set, host, database);
            environment["ConnectionStrings__RabbitMq"] = host;
            system.processes.Add(new NavigatorProcess(
                "Navigator.Workers", new Dictionary<string, string>(environment) { ["ConnectionStrings__Postgres"] = database.Worker }));
            environment["ConnectionStrings__Postgres"] = database.Api;
        }
        else
        {
            environment["Keys__default"] = NavigatorDatabase.Key;
        }
        var api = new NavigatorProcess("Navigator.Api", environment, "--urls", "http://127.0.0.1:0");
        system.processes.Insert(0, api);
        system.http = new HttpClient { BaseAddress = await api.UntilListening(TimeSpan.FromMinutes(1)), Timeout = TimeSpan.FromMinutes(3) };
        system.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", NavigatorDatabase.Key);
        return system;
    }

    public async Task<Guid> Upload(string file, CancellationToken token)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(await File.ReadAllBytesAsync(file, token)), "file", Path.GetFileName(file) },
        };
        using var response = await http.PostAsync(new Uri("/v1/documents", UriKind.Relative), form, token);
        return await IdOf(response, token);
    }

    public async Task<Guid> Upload(string title, string text, CancellationToken token)
    {
        using var response = await http.PostAsJsonAsync("/v1/documents", new { title, text }, token);
        return await IdOf(response, token);
    }

    /// <summary>Waits until questions find the document by words and by meaning.</summary>
    public async Task UntilReady(Guid document, CancellationToken token)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < IngestionLimit; await Task.Delay(50, token))
        {
            var found = await http.GetFromJsonAsync<JsonElement>($"/v1/documents/{document}", token);
            switch (found.GetProperty("status").GetString())
            {
                case "ready":
                    return;
                case "failed":
                    throw new InvalidOperationException($"The document {document} was not read: {found.GetProperty("error")}");
            }
        }
        throw new TimeoutException($"The document {document} was not ready after {IngestionLimit.TotalMinutes:0} minutes.");
    }

    /// <returns>The job, and the milliseconds from question to answer.</returns>
    public async Task<(JsonElement Job, double Milliseconds)> Ask(string question, CancellationToken token)
    {
        var started = Stopwatch.GetTimestamp();
        using var accepted = await http.PostAsJsonAsync("/v1/chat/jobs?wait=60", new { question, web = false }, token);
        accepted.EnsureSuccessStatusCode();
        var job = await accepted.Content.ReadFromJsonAsync<JsonElement>(token);
        while (job.GetProperty("status").GetString() is "queued" or "running")
            job = await http.GetFromJsonAsync<JsonElement>(accepted.Headers.Location + "?wait=60", token);
        return (job, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>A passage, with its text and its page.</summary>
    public async Task<JsonElement> Passage(string document, string passage, CancellationToken token) =>
        await http.GetFromJsonAsync<JsonElement>($"/v1/documents/{document}/passages/{passage}", token);

    /// <summary>How the passages for a question were ranked, in each leg and together.</summary>
    public async Task<JsonElement> Retrieval(string job, CancellationToken token) =>
        await http.GetFromJsonAsync<JsonElement>($"/v1/chat/jobs/{job}/retrieval", token);

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        foreach (var process in processes)
            await process.DisposeAsync();
        if (servers is not { } used)
            return;
        await used.Servers.DeleteVirtualHost(used.VirtualHost);
        await used.Servers.Drop(used.Database);
    }

    private static async Task<Guid> IdOf(HttpResponseMessage response, CancellationToken token)
    {
        if (!response.IsSuccessStatusCode)
        {
            var reason = await response.Content.ReadAsStringAsync(token);
            throw new InvalidOperationException($"An upload was refused: {reason}");
        }
        return (await response.Content.ReadFromJsonAsync<JsonElement>(token)).GetProperty("id").GetGuid();
    }
}
