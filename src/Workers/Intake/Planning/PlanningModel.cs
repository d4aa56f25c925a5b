using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Intake.Planning;

/// <summary>What a planning model replies.</summary>
internal sealed record PlanReply(string Kind, string Question, IReadOnlyList<string> OtherWords)
{
    /// <summary>Each tool's queries, under its key.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement> Queries { get; init; } = [];

    /// <summary>The queries for a tool; null when they are no list of texts.</summary>
    public IReadOnlyList<string>? For(ToolDescriptor tool) =>
        Queries.TryGetValue(tool.Planning.Key, out var list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(query => query.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(query => query.GetString()!)]
            : null;

    /// <summary>The shape of a reply: beside the members of the record, a list of texts for each tool.</summary>
    public static JsonNode SchemaFor(ToolSet tools)
    {
        var schema = ReplySchema.Of<PlanReply>().AsObject();
        var (members, required) = (schema["properties"]!.AsObject(), schema["required"]!.AsArray());
        foreach (var (i, tool) in tools.Index())
        {
            members.Insert(2 + i, tool.Planning.Key, members["other_words"]!.DeepClone());
            required.Insert(2 + i, tool.Planning.Key);
        }
        schema["additionalProperties"] = false;
        return schema;
    }
}

/// <summary>Model form of planning: which tools, which queries, and the question made understandable by itself.</summary>
internal sealed class PlanningModel
{
    private const string Upstream = UpstreamNames.Plans;
    private const int MaxTokens = 700;
    private const int MaxLength = 500;

    private readonly string name;
    private readonly ToolSet tools;
    private readonly PlanningPrompt prompt;
    private readonly StructuredModel<PlanReply> model;

    public PlanningModel(
        IOptions<OpenAiOptions> options, ToolSet tools, LivePolicy policy, Bounds bounds, CircuitBreakers breakers, IRateLimits rates,
        TimeProvider clock)
    {
        (name, this.tools, prompt) = (options.Value.SmallModel, tools, new PlanningPrompt(tools));
        model = new StructuredModel<PlanReply>(
            Upstream, "plan", OpenAiClients.Create(options.Value, policy.Now.ForUpstream(Upstream)).GetChatClient(name),
            new UpstreamCall(Upstream, policy, bounds, breakers, rates, clock), clock, MaxTokens, schema: PlanReply.SchemaFor(tools));
    }

    /// <exception cref="UpstreamException">No plan in time, or none that can be used.</exception>
    public async Task<JobPlan> Plan(Wish wish, TimeSpan within, CancellationToken token)
    {
        var reply = await model.Ask(prompt.For(wish), reply => Complaint(reply, wish), within, token);
        return reply.Kind == PlanningPrompt.Talk
            ? new JobPlan(wish.Question, wish.Language, WaveQueries.None) { By = name, SmallTalk = true, Translated = wish.Asked is not null }
            : wish.Plan(name, QuestionOf(reply, wish), tool => reply.For(tool)!, reply.OtherWords);
    }

    /// <summary>Without a conversation before it there is nothing to fold in, and nobody says it better than who asked.</summary>
    private static string QuestionOf(PlanReply reply, Wish wish) => wish.Turns.Count == 0 ? wish.Question : reply.Question.Trim();

    private string? Complaint(PlanReply reply, Wish wish)
    {
        if (reply.Kind == PlanningPrompt.Talk)
            return null;
        var queries = tools.Select(reply.For).ToList();
        var lists = queries.Append(reply.OtherWords).ToList();
        return reply switch
        {
            { Kind: not PlanningPrompt.Ask } => $"kind is '{PlanningPrompt.Ask}' or '{PlanningPrompt.Talk}'.",
            _ when string.IsNullOrWhiteSpace(reply.Question) => "question is empty.",
            _ when reply.Question.Length > MaxLength + wish.Question.Length * 2 => "question is too long.",
            _ when queries.Contains(null) => "the queries of each kind are a list of texts.",
            _ when lists.Any(list => list!.Count > Wish.MaxQueries) => $"there are at most {Wish.MaxQueries} queries of each kind.",
            _ when lists.Any(list => list!.Any(query => string.IsNullOrWhiteSpace(query) || query.Length > MaxLength)) =>
                $"a query has 1 to {MaxLength} characters.",
            _ when queries.TrueForAll(list => list!.Count == 0) => "there is no query at all.",
            _ => null,
        };
    }
}
