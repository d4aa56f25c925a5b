using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Contracts.Http;
using Navigator.Servers;

namespace Navigator.EndToEnd.Tests;

/// <summary>Embedded, as <c>dotnet run --project src/Api</c> starts it: the local model lies beside that program alone.</summary>
internal sealed class Standalone : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private Standalone(NavigatorProcess process, Uri address) => (Process, Client) = (process, new HttpClient { BaseAddress = address });

    public NavigatorProcess Process { get; }

    public HttpClient Client { get; }

    /// <summary>True if the model's native library is in the process.</summary>
    public bool HasLoadedTheLocalModel => File.ReadAllText($"/proc/{Process.Id}/maps").Contains("onnxruntime", StringComparison.Ordinal);

    public static async Task<Standalone> Start(params (string Key, string Value)[] settings)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory); // bin/Debug/net10.0
        var program = Path.Combine(ServerSet.Root, "src", "Api", "bin", built.Parent!.Name, built.Name, "Navigator.Api");
        var process = new NavigatorProcess(
            program, settings.ToDictionary(setting => setting.Key, setting => setting.Value), "--urls", "http://127.0.0.1:0");
        var started = new Standalone(process, await process.UntilListening(NavigatorSystem.Patience));
        await NavigatorSystem.UntilSampleIsRead(started.Client);
        return started;
    }

    public async Task<string> Ingest(string title, string text)
    {
        using var response = await Client.PostAsJsonAsync("/v1/documents", new { title, text });
        var document = await response.Content.ReadFromJsonAsync<JsonElement>();
        var self = document.GetProperty("links").GetProperty("self").GetString();
        await Eventually.Holds(
            async () => (document = await Client.GetFromJsonAsync<JsonElement>(self)).GetProperty("status").GetString() == "ready",
            () => $"not ready: {document}");
        return document.GetProperty("id").GetString()!;
    }

    /// <summary>Asks, and returns the document of the passage whose vector is nearest; null if no vector is near.</summary>
    public async Task<string?> Nearest(string question)
    {
        using var response = await Client.PostAsJsonAsync("/v1/chat/jobs", new { question });
        var job = response.Headers.Location;
        JsonElement now = default;
        await Eventually.Holds(
            async () => (now = await Client.GetFromJsonAsync<JsonElement>($"{job}?wait=10")).GetProperty("status").GetString() == "answered",
            () => $"not answered: {now}");
        var found = await Client.GetFromJsonAsync<ChatRetrieval>($"{job}/retrieval", Json);
        return found!.Candidates.FirstOrDefault(candidate => candidate.VectorRank == 1)?.DocumentId.ToString();
    }

    /// <summary>True if each document has vectors of two models.</summary>
    public async Task<bool> HasEmbeddedAll() => (await Client.GetFromJsonAsync<JsonElement>("/v1/documents")).GetProperty("data").EnumerateArray()
        .All(document => document.GetProperty("embedded_by").GetArrayLength() == 2);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }
}
