using Microsoft.Extensions.Options;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;
using Navigator.Workers.Limits;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Intake.Planning;

/// <summary>What a planning model replies.</summary>
internal sealed record PlanReply(
    string Kind, string Question, IReadOnlyList<string> DocumentQueries, IReadOnlyList<string> WebQueries, IReadOnlyList<string> OtherWords);

/// <summary>Model form of planning: which tools, which queries, and the question made understandable by itself.</summary>
internal sealed class PlanningModel
{
    private const string Upstream = UpstreamNames.Plans;
    private const int MaxTokens = 700;
    private const int MaxLength = 500;

    private readonly string name;
    private readonly StructuredModel<PlanReply> model;

    public PlanningModel(
        IOptions<OpenAiOptions> options, LivePolicy policy, Bounds bounds, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock)
    {
        name = options.Value.SmallModel;
        model = new StructuredModel<PlanReply>(
            Upstream, "plan", OpenAiClients.Create(options.Value, policy.Now.ForUpstream(Upstream)).GetChatClient(name),
            new UpstreamCall(Upstream, policy, bounds, breakers, rates, clock), clock, MaxTokens);
    }

    /// <exception cref="UpstreamException">No plan in time, or none that can be used.</exception>
    public async Task<JobPlan> Plan(Wish wish, TimeSpan within, CancellationToken token)
    {
        var reply = await model.Ask(PlanningPrompt.For(wish), reply => Complaint(reply, wish), within, token);
        return reply.Kind == PlanningPrompt.Talk
            ? new JobPlan(wish.Question, wish.Language, [], []) { By = name, SmallTalk = true, Translated = wish.Asked is not null }
            : wish.Plan(name, QuestionOf(reply, wish), reply.DocumentQueries, reply.WebQueries, reply.OtherWords);
    }

    /// <summary>Without a conversation before it there is nothing to fold in, and nobody says it better than who asked.</summary>
    private static string QuestionOf(PlanReply reply, Wish wish) => wish.Turns.Count == 0 ? wish.Question : reply.Question.Trim();

    private static string? Complaint(PlanReply reply, Wish wish)
    {
        IReadOnlyList<string>[] lists = [reply.DocumentQueries, reply.WebQueries, reply.OtherWords];
        return reply switch
        {
            { Kind: not (PlanningPrompt.Ask or PlanningPrompt.Talk) } => $"kind is '{PlanningPrompt.Ask}' or '{PlanningPrompt.Talk}'.",
            { Kind: PlanningPrompt.Talk } => null,
            _ when string.IsNullOrWhiteSpace(reply.Question) => "question is empty.",
            _ when reply.Question.Length > MaxLength + wish.Question.Length * 2 => "question is too long.",
            _ when lists.Any(list => list.Count > Wish.MaxQueries) => $"there are at most {Wish.MaxQueries} queries of each kind.",
            _ when lists.Any(list => list.Any(query => string.IsNullOrWhiteSpace(query) || query.Length > MaxLength)) =>
                $"a query has 1 to {MaxLength} characters.",
            _ when reply.DocumentQueries.Count + reply.WebQueries.Count == 0 => "there is no query at all.",
            _ => null,
        };
    }
}
