using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Servers;

namespace Navigator.EndToEnd.Tests;

/// <summary>Embedded with its defaults, as <c>dotnet run --project src/Api</c> starts it: the model lies beside that program alone.</summary>
public sealed class LocalModelTests
{
    private const string Rides = "The plan pays for a van or a taxi to medical appointments, up to 24 one-way trips each year.";

    [Fact]
    public async Task A_question_in_other_words_than_the_document_finds_its_passage()
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory); // bin/Debug/net10.0
        var program = Path.Combine(ServerSet.Root, "src", "Api", "bin", built.Parent!.Name, built.Name, "Navigator.Api");
        await using var process = new NavigatorProcess(
            program, new Dictionary<string, string> { ["Embeddings__Model"] = "" }, "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await process.UntilListening(NavigatorSystem.Patience) };
        Assert.Contains("all-MiniLM-L6-v2, in this process", process.Output, StringComparison.Ordinal);
        var rides = await Ingest(client, "rides", Rides);
        await Ingest(client, "glasses", "Eyeglass frames are replaced once in two years, and lenses each year.");

        // On a busy machine the model can be too late for an answer, which is then found by words. The next question finds what it has done.
        await Eventually.Holds(async () => await FirstCited(client) == rides, () => process.Output);
    }

    /// <returns>The document that the answer cites first; null if it cites none.</returns>
    private static async Task<string?> FirstCited(HttpClient client)
    {
        using var response = await client.PostAsJsonAsync(
            "/v1/chat/jobs?wait=20", new { question = "How can I get to see my physician without a car?" });
        var job = await response.Content.ReadFromJsonAsync<JsonElement>();
        while (job.GetProperty("status").GetString() is "queued" or "running")
            job = await client.GetFromJsonAsync<JsonElement>($"{job.GetProperty("links").GetProperty("self").GetString()}?wait=20");
        var citations = job.GetProperty("answer").GetProperty("citations");
        return citations.GetArrayLength() == 0 ? null : citations[0].GetProperty("document_id").GetString();
    }

    private static async Task<string> Ingest(HttpClient client, string title, string text)
    {
        using var response = await client.PostAsJsonAsync("/v1/documents", new { title, text });
        var document = await response.Content.ReadFromJsonAsync<JsonElement>();
        var self = document.GetProperty("links").GetProperty("self").GetString();
        await Eventually.Holds(
            async () => (document = await client.GetFromJsonAsync<JsonElement>(self)).GetProperty("status").GetString() == "ready",
            () => $"not ready: {document}");
        return document.GetProperty("id").GetString()!;
    }
}
