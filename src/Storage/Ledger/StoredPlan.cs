using System.Text.Json;
using System.Text.Json.Serialization;
using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>
/// A plan in its stored form. The queries of the first two tools have their own members, so that earlier rows stay readable. The queries of
/// every other tool are stored under its name.
/// </summary>
internal sealed record StoredPlan(string Question, string Language, IReadOnlyList<string> DocumentQueries, IReadOnlyList<string> WebQueries)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? OtherQueries { get; init; }
    public string By { get; init; } = JobPlan.Rules;
    public bool Translated { get; init; }
    public bool SmallTalk { get; init; }
    public StoredWave? Second { get; init; }
    public int Wave { get; init; } = 1;

    public static StoredPlan Of(JobPlan plan) => new(plan.Question, plan.Language, plan.First.Of(Tool.Documents), plan.First.Of(Tool.WebSearch))
    {
        OtherQueries = StoredWave.OthersOf(plan.First),
        By = plan.By,
        Translated = plan.Translated,
        SmallTalk = plan.SmallTalk,
        Second = plan.Second is { } second
            ? new StoredWave(second.Of(Tool.Documents), second.Of(Tool.WebSearch)) { Others = StoredWave.OthersOf(second) }
            : null,
        Wave = plan.Wave,
    };

    public JobPlan ToPlan() => new(Question, Language, StoredWave.Queries(DocumentQueries, WebQueries, OtherQueries))
    {
        By = By,
        Translated = Translated,
        SmallTalk = SmallTalk,
        Second = Second is { } second ? StoredWave.Queries(second.Documents, second.Web, second.Others) : null,
        Wave = Wave,
    };
}

/// <summary>The queries of the second wave in their stored form.</summary>
internal sealed record StoredWave(IReadOnlyList<string> Documents, IReadOnlyList<string> Web)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Others { get; init; }

    /// <summary>Returns the queries of the tools without their own member; null if there are none.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>>? OthersOf(WaveQueries wave) =>
        wave.All.Where(asked => asked.Tool != Tool.Documents && asked.Tool != Tool.WebSearch).ToList() is { Count: > 0 } others
            ? others.ToDictionary(asked => asked.Tool.Name, asked => asked.Queries)
            : null;

    public static WaveQueries Queries(
        IReadOnlyList<string> documents, IReadOnlyList<string> web, IReadOnlyDictionary<string, IReadOnlyList<string>>? others) =>
        new([(Tool.Documents, documents), (Tool.WebSearch, web), .. (others ?? new Dictionary<string, IReadOnlyList<string>>())
            .Select(asked => (new Tool(asked.Key), asked.Value))]);
}

/// <summary>Reads and writes a plan in its stored form.</summary>
internal sealed class StoredPlanConverter : JsonConverter<JobPlan>
{
    public override JobPlan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<StoredPlan>(ref reader, options)!.ToPlan();

    public override void Write(Utf8JsonWriter writer, JobPlan value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, StoredPlan.Of(value), options);
}
