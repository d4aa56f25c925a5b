using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Navigator.Api.Documents;

namespace Navigator.Api.Tests;

/// <summary>The API, embedded, one for all tests of a class.</summary>
public sealed class ApiHost : IAsyncLifetime, IDisposable
{
    /// <summary>Nothing is stored in the home directory of whoever runs the tests, and the local model does not lie beside them.</summary>
    [ModuleInitializer]
    internal static void SetDefaults()
    {
        Environment.SetEnvironmentVariable("Data__Directory", ":memory:");
        Environment.SetEnvironmentVariable("Embeddings__Model", "words");
    }

    // Any type of the API's assembly names its entry point.
    private readonly WebApplicationFactory<SampleDocuments> factory = new();

    public ApiHost() : this([])
    {
    }

    private ApiHost(params (string Key, string Value)[] settings) => Client = factory.WithWebHostBuilder(host =>
    {
        // Tests ask more often than one tenant may: a fast machine would be told so.
        host.UseSetting("Concurrency:Http:TenantRequestsPerSecond", "100000");
        // A busy machine is slow: its questions are answered with what the documents say all the same.
        foreach (var limit in new[] { "Job:Wave", "Intake:Screen", "Intake:Plan", "Intake:Translate", "Queues:prepare-question:Timeout",
            "Queues:retrieve-passages:Timeout", "Queues:embed-question:Timeout", "Sqlite:Wait" })
            host.UseSetting($"Concurrency:{limit}", "30s");
        foreach (var (key, value) in settings)
            host.UseSetting(key, value);
    }).CreateClient();

    public HttpClient Client { get; }

    /// <summary>With settings of its own, for a test that is about one.</summary>
    internal static async Task<ApiHost> Start(params (string Key, string Value)[] settings)
    {
        var host = new ApiHost(settings);
        await host.InitializeAsync();
        return host;
    }

    /// <summary>The sample policy is read beside the requests. A question that comes earlier is answered without it.</summary>
    public Task InitializeAsync() => Eventually.Holds(async () =>
        (await Get("/v1/documents")).GetProperty("data").EnumerateArray().ToList() is { Count: > 0 } all
        && all.TrueForAll(document => document.GetProperty("status").GetString() == "ready"));

    /// <summary>The runner calls <see cref="Dispose"/> too.</summary>
    public Task DisposeAsync() => Task.CompletedTask;

    public async Task<JsonElement> Get(string path) => await Json(await Client.GetAsync(new Uri(path, UriKind.Relative)));

    public Task<HttpResponseMessage> Post(string path, object body) => Client.PostAsJsonAsync(path, body);

    public async Task<HttpResponseMessage> PostRaw(string path, string body, string contentType = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await Client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    public async Task<HttpResponseMessage> Upload(string fileName, byte[] bytes, string field = "file", string? title = null)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), field, fileName } };
        if (title is not null)
            form.Add(new StringContent(title), "title");
        return await Client.PostAsync(new Uri("/v1/documents", UriKind.Relative), form);
    }

    /// <summary>Ask and wait for the end.</summary>
    public async Task<JsonElement> Ask(object body)
    {
        var response = await Post("/v1/chat/jobs?wait=20", body);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
        return await Ended(await Json(response));
    }

    /// <summary>The job once it has ended.</summary>
    public async Task<JsonElement> Ended(JsonElement job)
    {
        var self = job.GetProperty("links").GetProperty("self").GetString();
        while (job.GetProperty("status").GetString() is "queued" or "running")
            job = await Get($"{self}?wait=20");
        return job;
    }

    /// <summary>The document once it is ready or failed.</summary>
    public async Task<JsonElement> Ingested(HttpResponseMessage uploaded)
    {
        var document = await Json(uploaded);
        while (document.GetProperty("status").GetString() is not ("ready" or "failed"))
        {
            await Task.Delay(20);
            document = await Get(document.GetProperty("links").GetProperty("self").GetString()!);
        }
        return document;
    }

    public static async Task<JsonElement> Json(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>The response is a problem of this status and code, and says what is wrong.</summary>
    public static async Task AssertProblem(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal($"urn:navigator:problem:{code}", problem.GetProperty("type").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    public void Dispose()
    {
        Client.Dispose();
        factory.Dispose();
    }
}
