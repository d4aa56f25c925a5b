using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Intake.Planning;

/// <summary>The reply of a planning model.</summary>
internal sealed record PlanReply(string Kind, string Question, IReadOnlyList<string> OtherWords)
{
    /// <summary>Each tool's queries, under its key.</summary>
    [JsonExtensionData] public Dictionary<string, JsonElement> Queries { get; init; } = [];

    /// <summary>Returns the queries for a tool; null if they are not a list of texts.</summary>
    public IReadOnlyList<string>? For(ToolDescriptor tool) =>
        Queries.TryGetValue(tool.Planning.Key, out var list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(query => query.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(query => query.GetString()!)]
            : null;

    /// <summary>Returns the JSON schema of a reply: the record's members and a list of texts for each tool.</summary>
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

/// <summary>Model form of planning: chooses the tools and queries, and rewrites the question so that it needs no context.</summary>
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
        ChatClients chats, ToolSet tools, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock)
    {
        (var client, name, var provider) = chats.For(Upstream);
        (this.tools, prompt) = (tools, new PlanningPrompt(tools));
        model = new StructuredModel<PlanReply>(
            Upstream, "plan", client, new UpstreamCall(Upstream, policy, registry, breakers, rates, clock, provider), clock, MaxTokens,
            schema: PlanReply.SchemaFor(tools));
    }

    /// <exception cref="UpstreamException">The model returned no usable plan in time.</exception>
    public async Task<JobPlan> Plan(PlanningRequest request, TimeSpan within, CancellationToken token)
    {
        var reply = await model.Ask(prompt.For(request), reply => Complaint(reply, request), within, token);
        return reply.Kind == PlanningPrompt.Talk
            ? new JobPlan(request.Question, request.Language, WaveQueries.None)
            {
                By = name,
                SmallTalk = true,
                Translated = request.Asked is not null,
            }
            : request.Plan(name, QuestionOf(reply, request), tool => reply.For(tool)!, reply.OtherWords);
    }

    /// <summary>Without conversation context the question is kept word for word.</summary>
    private static string QuestionOf(PlanReply reply, PlanningRequest request) => request.Turns.Count == 0 ? request.Question : reply.Question.Trim();

    private string? Complaint(PlanReply reply, PlanningRequest request)
    {
        if (reply.Kind == PlanningPrompt.Talk)
            return null;
        var queries = tools.Select(reply.For).ToList();
        var lists = queries.Append(reply.OtherWords).ToList();
        return reply switch
        {
            { Kind: not PlanningPrompt.Ask } => $"kind is '{PlanningPrompt.Ask}' or '{PlanningPrompt.Talk}'.",
            _ when string.IsNullOrWhiteSpace(reply.Question) => "question is empty.",
            _ when reply.Question.Length > MaxLength + request.Question.Length * 2 => "question is too long.",
            _ when queries.Contains(null) => "the queries of each kind are a list of texts.",
            _ when lists.Any(list => list!.Count > PlanningRequest.MaxQueries) =>
                $"there are at most {PlanningRequest.MaxQueries} queries of each kind.",
            _ when lists.Any(list => list!.Any(query => string.IsNullOrWhiteSpace(query) || query.Length > MaxLength)) =>
                $"a query has 1 to {MaxLength} characters.",
            _ when queries.TrueForAll(list => list!.Count == 0) => "there is no query at all.",
            _ => null,
        };
    }
}
