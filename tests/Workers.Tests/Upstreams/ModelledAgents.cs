using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Upstreams;
using Navigator.Workers.Answer;
using Navigator.Workers.Embedders;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>The agents' model forms, and the real HTTP server that they ask: it replies well, late, malformed, not at all, or something
/// else.</summary>
/// <param name="anthropic">The chat models are Anthropic's.</param>
internal sealed class ModelledAgents(UpstreamServer server, bool anthropic) : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SqliteDatabase database = SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(64, 1, Patience, 0));

    public UpstreamServer Server => server;

    /// <summary>With time for everything: on a busy machine the first call of a process takes seconds.</summary>
    public LivePolicy Policy { get; } = new(Within("20s"));

    /// <summary>For what never replies. Long enough for the first call that this process ever makes to arrive.</summary>
    public void Hurry() => Policy.Replace(Within("2500ms"));

    private IOptions<OpenAiOptions> OpenAi => Options.Create(new OpenAiOptions { ApiKey = "k", BaseUrl = server.OpenAi });

    private SqliteRateLimits Rates => new(database, TimeProvider.System);

    private CircuitBreakers Breakers => Policies.Breakers(Policy);

    private LimitRegistry Registry => new(Policy, TimeProvider.System);

    private ChatClients Chats => Upstreams.Chats.Of(
        Policy, anthropic ? new OpenAiOptions() : OpenAi.Value,
        anthropic ? new AnthropicOptions { ApiKey = "k", BaseUrl = server.Anthropic } : new AnthropicOptions());

    public static async Task<ModelledAgents> Start(bool anthropic = false) => new(await UpstreamServer.Start(), anthropic);

    /// <summary>Calls that the rate of an upstream, or of its provider, allows at once now.</summary>
    public Task<int> Available(string name) => Rates.Available(name, Policy.Now.ForUpstream(name).Rate!, default);

    public Planner Planner() => new(Policy, new PlanningModel(Chats, Shipped.Tools, Policy, Registry, Breakers, Rates, TimeProvider.System));

    public Screener Screener(WithoutModeration without = WithoutModeration.Pass) =>
        new(Options.Create(new ScreeningOptions { WhenModerationFails = without }), Policy, WordsOnly,
            new ModerationModel(OpenAi, Policy, Registry, Breakers, Rates, TimeProvider.System));

    /// <summary>Without the local model, screening by meaning recognises nothing.</summary>
    private MeaningScreen WordsOnly
    {
        get
        {
            var hashed = new EmbeddingModel(new HashedNgramEmbedder(), Policy, Registry, Breakers, Rates, TimeProvider.System);
            return new MeaningScreen(hashed, new QuestionVectors(hashed), MeaningWeights.Load(), Options.Create(new ScreeningOptions()), Policy);
        }
    }

    public ModelAnswerer Answerer() => new(Chats, Options.Create(new AnswerOptions()), Policy, Registry, Breakers, Rates, TimeProvider.System);

    /// <param name="twice">Two providers, the first the cheaper.</param>
    public Translator Translator(bool twice = false)
    {
        TranslationProvider[] providers =
        [
            new() { Name = "first", BaseUrl = server.OpenAi, ApiKey = "k", Model = "m", Cost = 1 },
            new() { Name = "second", BaseUrl = server.SecondOpenAi, ApiKey = "k", Model = "m", Cost = 2 },
        ];
        var options = Options.Create(new TranslationOptions { Providers = twice ? providers : [] });
        return new Translator(Policy, new TranslationModels(Chats, options, Policy, Registry, Breakers, Rates, TimeProvider.System));
    }

    private static ConcurrencyPolicy Within(string timeout) => Policies.With(
        [
            ("Intake:Plan", "20s"), ("Intake:Screen", "20s"), ("Intake:Translate", "20s"), ("Upstreams:answers:Tries", "1"),
            .. new[] { "plans", "moderations", "translations", "answers" }.SelectMany(upstream => new[]
            {
                ($"Upstreams:{upstream}:Timeout", timeout), ($"Upstreams:{upstream}:ConnectTimeout", "20s"),
            }),
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
