using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Contracts.Http;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>The operator changes the embedding model: documents of the earlier one are embedded again.</summary>
public sealed class ModelChangeTests : IDisposable
{
    private const string Earlier = "text-embedding-3-small";
    private const string Next = "text-embedding-3-large";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("navigator-models-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public async Task Embedded_a_start_with_another_model_embeds_what_the_file_holds()
    {
        await using var upstreams = await UpstreamServer.Start();
        string document;
        await using (var before = await NavigatorSystem.StartProcesses(0, upstreams, ("Data__Directory", data.FullName)))
        {
            document = await Ingest(before);
            await before.Api.Kill();
        }

        await using var after = await NavigatorSystem.StartProcesses(
            0, upstreams, ("Data__Directory", data.FullName), ("OpenAI__EmbeddingModel", Next));
        await Eventually.Holds(async () => (await ModelsOf(after, document)).Count == 2);

        AssertBothComplete(await Run("reembed", "--wait", "--json", "--data", data.FullName));
        Assert.Equal([Next, Earlier], await ModelsOf(after, document));
        // The process before was here a minute ago, so its vectors are still in use.
        var pruned = await Run("reembed", "--prune", "--data", data.FullName);
        Assert.Contains("0 vectors of 0 documents were deleted", pruned.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Distributed_a_worker_with_another_model_embeds_what_the_others_have_not()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams);
        var document = await Ingest(system);
        await system.Workers[0].Kill();
        var owner = new Dictionary<string, string> { ["ConnectionStrings__PostgresOwner"] = system.Database! };

        system.StartWorker(("OpenAI__EmbeddingModel", Next));
        await Eventually.Holds(async () => (await ModelsOf(system, document)).Count == 2);

        AssertBothComplete(await NavigatorCommand.Run(owner, "reembed", "--wait", "--json"));
        var shown = await NavigatorCommand.Run(owner, "reembed");
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains($"{Next}", shown.Output, StringComparison.Ordinal);
    }

    /// <summary>Over messages, with two models of one server.</summary>
    [Fact]
    public async Task Distributed_the_earlier_models_vectors_serve_until_the_documents_are_embedded_again()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(1, upstreams, ("Concurrency__Job__ContinueInline", "false"));
        var document = await Ingest(system);
        await system.Workers[0].Kill();
        system.StartWorker(("OpenAI__EmbeddingModel", Next), ("Embeddings__Earlier", Earlier), ("Concurrency__Document__Reembed", "0"));

        Assert.Contains(await Candidates(system, "Is zebra number 7 striped?"), candidate => candidate.Cosine is not null);
        Assert.Equal([Next, Earlier], EmbeddedBy("Is zebra number 7 striped?"));

        // The server has the earlier model no more.
        upstreams.Set("embeddings", new Behaviour { Fault = Fault.Status, Status = 404, OnlyFor = Earlier });
        var byWords = await Candidates(system, "Is zebra number 8 striped?");
        Assert.NotEmpty(byWords);
        Assert.All(byWords, candidate => Assert.Null(candidate.Cosine));
        await Eventually.Holds(
            () => system.Workers[1].Output.Contains("\"Reason\":\"HTTP 404\"", StringComparison.Ordinal), () => system.Workers[1].Output);

        await system.Workers[1].Kill();
        system.StartWorker(("OpenAI__EmbeddingModel", Next), ("Embeddings__Earlier", Earlier));
        await Eventually.Holds(async () => (await ModelsOf(system, document)).Count == 2);
        Assert.Contains(await Candidates(system, "Is zebra number 9 striped?"), candidate => candidate.Cosine is not null);
        Assert.Equal([Next], EmbeddedBy("Is zebra number 9 striped?"));

        IEnumerable<string> EmbeddedBy(string question) => upstreams.RequestsTo("embeddings")
            .Where(request => request.Contains(question, StringComparison.Ordinal))
            .Select(request => JsonDocument.Parse(request).RootElement.GetProperty("model").GetString()!).Order(StringComparer.Ordinal).Distinct();
    }

    /// <summary>As <c>dotnet run --project src/Api</c> starts it, because the local model lies beside that program alone.</summary>
    [Fact]
    public async Task With_a_first_key_the_local_models_vectors_serve_until_the_documents_are_embedded_again()
    {
        await using var upstreams = await UpstreamServer.Start();
        (string, string)[] key = [("OpenAI__ApiKey", "test"), ("OpenAI__BaseUrl", upstreams.OpenAi.ToString())];
        string rides;
        await using (var local = await Start(("Embeddings__Model", "")))
        {
            rides = await local.Ingest("rides", "The plan pays for a van or a taxi to medical appointments, up to 24 one-way trips each year.");
            await local.Ingest("glasses", "Eyeglass frames are replaced once in two years, and lenses each year.");
        }
        await using (var meanwhile = await Start([.. key, ("Concurrency__Document__Reembed", "0")]))
        {
            // On a busy machine the model can be too late for the first question, which is then answered by words.
            await Eventually.Holds(
                async () => await meanwhile.Nearest("How can I get to see my physician without a car?") == rides, () => meanwhile.Process.Output);
            Assert.True(meanwhile.HasLoadedTheLocalModel);
        }

        await using var after = await Start([.. key, ("Concurrency__Upstreams__embeddings__RatePerMinute", "")]);
        await Eventually.Holds(after.HasEmbeddedAll, () => after.Process.Output);
        // The stand-in's vectors compare words.
        Assert.Equal(rides, await after.Nearest("A van or a taxi to medical appointments?"));
        Assert.False(after.HasLoadedTheLocalModel);

        Task<Standalone> Start(params (string, string)[] settings) => Standalone.Start([("Data__Directory", data.FullName), .. settings]);
    }

    private static async Task<IReadOnlyList<RetrievedCandidate>> Candidates(NavigatorSystem system, string question)
    {
        var job = await system.Submit(new { question });
        Assert.Equal("answered", (await system.End(job, NavigatorSystem.Patience)).GetProperty("status").GetString());
        return (await system.Client.GetFromJsonAsync<ChatRetrieval>($"{job}/retrieval", Json))!.Candidates;
    }

    private static async Task<string> Ingest(NavigatorSystem system)
    {
        var text = string.Join("\n\n", Enumerable.Range(0, 200).Select(i => $"# Part {i}\n\nThe zebra number {i} is striped."));
        var document = await system.Ingest("zebras.md", Encoding.UTF8.GetBytes(text), NavigatorSystem.Patience);
        Assert.Equal("ready", document.GetProperty("status").GetString());
        return document.GetProperty("id").GetString()!;
    }

    private static async Task<IReadOnlyList<string>> ModelsOf(NavigatorSystem system, string document) =>
    [
        .. (await system.Client.GetFromJsonAsync<JsonElement>($"/v1/documents/{document}")).GetProperty("embedded_by").EnumerateArray()
            .Select(model => model.GetString()!),
    ];

    private static void AssertBothComplete(NavigatorCommand done)
    {
        Assert.True(done.ExitCode == 0, done.Complaints);
        var models = JsonDocument.Parse(done.Output).RootElement.GetProperty("models").EnumerateArray().ToList();
        Assert.Equal([Next, Earlier], models.Select(model => model.GetProperty("model").GetString()));
        Assert.All(models, model => Assert.Equal(0, model.GetProperty("passages_without").GetInt64()));
        Assert.True(models[0].GetProperty("passages").GetInt64() >= 64);
    }

    private static Task<NavigatorCommand> Run(params string[] arguments) =>
        NavigatorCommand.Run(new Dictionary<string, string>(), arguments);
}
