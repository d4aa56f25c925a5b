using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>The operator changes the embedding model: documents of the earlier one are embedded again.</summary>
public sealed class ModelChangeTests : IDisposable
{
    private const string Earlier = "text-embedding-3-small";
    private const string Next = "text-embedding-3-large";

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
