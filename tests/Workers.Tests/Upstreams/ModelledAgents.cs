using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Upstreams;
using Navigator.Workers.Answer;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>The agents' model forms, and the real HTTP server that they ask: it replies well, late, malformed, not at all, or something
/// else.</summary>
internal sealed class ModelledAgents(UpstreamServer server) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SqliteDatabase database = SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(64, 1, Patience, 0));

    public UpstreamServer Server => server;

    /// <summary>With time for everything: on a busy machine the first call of a process takes seconds.</summary>
    public LivePolicy Policy { get; } = new(Within("20s"));

    /// <summary>For what never replies.</summary>
    public void Hurry() => Policy.Replace(Within("500ms"));

    private IOptions<OpenAiOptions> OpenAi => Options.Create(new OpenAiOptions { ApiKey = "k", BaseUrl = server.OpenAi });

    private SqliteRateLimits Rates => new(database, TimeProvider.System);

    private CircuitBreakers Breakers => Policies.Breakers(Policy);

    private Bounds Bounds => new(Policy, TimeProvider.System);

    public static async Task<ModelledAgents> Start() => new(await UpstreamServer.Start());

    public Planner Planner() => new(Policy, new PlanningModel(OpenAi, Shipped.Tools, Policy, Bounds, Breakers, Rates, TimeProvider.System));

    public Screener Screener(WithoutModeration without = WithoutModeration.Pass) =>
        new(Options.Create(new ScreeningOptions { WhenModerationFails = without }), Policy,
            new ModerationModel(OpenAi, Policy, Bounds, Breakers, Rates, TimeProvider.System));

    public OpenAiAnswerer Answerer() => new(OpenAi, Options.Create(new AnswerOptions()), Policy, Bounds, Breakers, Rates, TimeProvider.System);

    /// <param name="twice">Two providers, the first the cheaper.</param>
    public Translator Translator(bool twice = false)
    {
        TranslationProvider[] providers =
        [
            new() { Name = "first", BaseUrl = server.OpenAi, ApiKey = "k", Model = "m", Cost = 1 },
            new() { Name = "second", BaseUrl = server.SecondOpenAi, ApiKey = "k", Model = "m", Cost = 2 },
        ];
        var options = Options.Create(new TranslationOptions { Providers = twice ? providers : [] });
        return new Translator(Policy, new TranslationModels(OpenAi, options, Policy, Bounds, Breakers, Rates, TimeProvider.System));
    }

    private static ConcurrencyPolicy Within(string timeout) => Policies.With(
        [
            ("Intake:Plan", "20s"), ("Intake:Screen", "20s"), ("Intake:Translate", "20s"), ("Upstreams:answers:Tries", "1"),
            .. new[] { "plans", "moderations", "translations", "answers" }.Select(upstream => ($"Upstreams:{upstream}:Timeout", timeout)),
        ]);

    /// <summary>What a model was told.</summary>
    public string Prompt(string upstream, int call = 0)
    {
        using var request = System.Text.Json.JsonDocument.Parse(server.RequestsTo(upstream)[call]);
        return request.RootElement.GetProperty("messages")[1].GetProperty("content").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        database.Dispose();
    }
}
