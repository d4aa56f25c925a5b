using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Workers.Embedders;
using Navigator.Workers.Tools.Embedding;

namespace Navigator.Workers.Tests.Tools;

/// <summary>Which model counts as the earlier one, by the settings of a worker.</summary>
public sealed class EarlierModelTests : IDisposable
{
    private const string Local = "all-MiniLM-L6-v2";
    private const string Small = "text-embedding-3-small";
    private const string Large = "text-embedding-3-large";
    private const string Words = "offline-hashed-ngrams";

    private readonly SqliteDatabase database =
        SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(64, 2, TimeSpan.FromSeconds(20), 64 << 20));

    private readonly Lines lines = new();

    public void Dispose()
    {
        database.Dispose();
        lines.Dispose();
    }

    [Theory]
    [InlineData("key", null, null, Small, Local)]
    [InlineData("key", null, "", Small, Local)]
    [InlineData("key", null, "none", Small, null)]
    [InlineData("key", null, Large, Small, Large)]
    [InlineData("key", null, Small, Small, null)]
    [InlineData("key", "local", Small, Local, Small)]
    [InlineData("key", "local", null, Local, null)]
    [InlineData(null, null, null, Local, null)]
    [InlineData(null, "words", null, Words, null)]
    public async Task The_local_model_precedes_an_openai_model_and_any_other_is_set(
        string? key, string? model, string? earlier, string own, string? expected)
    {
        await using var worker = Worker(key, model, earlier);

        Assert.Equal(expected, worker.GetRequiredService<OtherModels>().Beside(own)?.Name);
        Assert.Empty(lines.Written);
    }

    [Theory]
    [InlineData(null, null, Small, Local, "OpenAI__ApiKey is not set")]
    [InlineData("key", "words", Local, Words, "Embeddings__Model is words")]
    [InlineData("key", null, Words, Small, "its vectors compare spelling")]
    public async Task A_model_that_cannot_be_asked_is_named_once_at_the_start(
        string? key, string? model, string earlier, string own, string reason)
    {
        await using var worker = Worker(key, model, earlier);

        await worker.GetServices<StartupStep>().Last().Run(default);

        Assert.Null(worker.GetRequiredService<OtherModels>().Beside(own));
        var line = Assert.Single(lines.Written);
        Assert.Contains($"{earlier} cannot be asked: {reason}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_from_a_worker_with_another_model_is_embedded_by_this_processes_own()
    {
        await using var worker = Worker("key", null, null);
        var models = worker.GetRequiredService<OtherModels>();

        Assert.Equal(Small, models.Beside(Local)?.Name);
        Assert.Null(models.Beside(Words));
    }

    [Fact]
    public async Task Without_its_file_the_local_model_fails_a_call_and_no_start()
    {
        await using var worker = Worker("key", null, null);
        var earlier = worker.GetRequiredService<OtherModels>().Beside(Small)!;

        Assert.Null(await earlier.Embed("a", ["What is my deductible?"], default));

        var line = Assert.Single(lines.Written);
        Assert.Contains($"{Local} did not embed a question (", line, StringComparison.Ordinal);
        Assert.Contains("is missing", line, StringComparison.Ordinal);
        Assert.DoesNotContain("deductible", line, StringComparison.Ordinal);
    }

    /// <summary>The services of a worker's embedding.</summary>
    private ServiceProvider Worker(string? key, string? model, string? earlier)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["OpenAI:ApiKey"] = key, ["Embeddings:Model"] = model, ["Embeddings:Earlier"] = earlier }).Build();
        var services = new ServiceCollection();
        services.AddLogging(logs => logs.AddProvider(lines)).AddSingleton<IConfiguration>(configuration).AddSingleton(TimeProvider.System)
            .AddSingleton(Policies.Live()).AddSingleton<LimitRegistry>().AddSingleton<CircuitBreakers>()
            .AddSingleton<IRateLimits>(new SqliteRateLimits(database, TimeProvider.System));
        services.AddOptions<OpenAiOptions>().BindConfiguration(OpenAiOptions.Section);
        services.AddEmbedding(configuration.GetSection(OpenAiOptions.Section).Get<OpenAiOptions>() ?? new OpenAiOptions(), configuration);
        return services.BuildServiceProvider();
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
