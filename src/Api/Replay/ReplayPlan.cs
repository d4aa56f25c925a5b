using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Chat;
using Navigator.Api.Problems;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Replay;

/// <summary>A replay request that passed validation.</summary>
internal sealed record ReplayPlan(ReplaySelection Selection, double RatePerSecond, int Max, bool DryRun)
{
    private const double UsualRate = 20;
    private const int UsualMax = 10_000;

    private static readonly JobStatus[] Replayable = [JobStatus.Queued, JobStatus.Failed, JobStatus.Expired];
    private static readonly JobStatus[] UsualStatuses = [JobStatus.Failed, JobStatus.Expired];

    /// <param name="tenant">The caller's tenant, the only one whose jobs the caller may replay.</param>
    public static Checked<ReplayPlan> From(ReplayRequest? request, string tenant, ToolSet tools)
    {
        var problem = request switch
        {
            null => Problem.Of(ProblemCode.InvalidJson, "The body is not a valid JSON object for this request."),
            { Filter: null } => Problem.Of(ProblemCode.FilterMissing, "The field 'filter' is missing. {} selects all failed and expired jobs."),
            { RatePerSecond: <= 0 or > ReplayRequest.MaxRatePerSecond or double.NaN } =>
                Problem.Of(ProblemCode.InvalidRate, $"rate_per_second must be above 0 and at most {ReplayRequest.MaxRatePerSecond}."),
            { Max: < 1 or > ReplayRequest.MaxJobs } => Problem.Of(ProblemCode.InvalidMax, $"max must be a number from 1 to {ReplayRequest.MaxJobs}."),
            { Filter: var filter } => ProblemOf(filter, tenant, tools),
        };
        return problem is not null
            ? problem
            : new ReplayPlan(SelectionOf(request!.Filter!), request.RatePerSecond ?? UsualRate, request.Max ?? UsualMax, request.DryRun ?? false);
    }

    private static ProblemHttpResult? ProblemOf(ReplayFilter filter, string ownTenant, ToolSet tools) => filter switch
    {
        { Status: { } statuses } when statuses.Count == 0 || statuses.Except(Replayable).Any() =>
            Problem.Of(ProblemCode.InvalidStatus, "status must contain one or more of queued, failed, expired. Other jobs are not replayed."),
        { From: { } from, To: { } to } when from >= to => Problem.Of(ProblemCode.InvalidRange, "from must be before to."),
        { ErrorCode: "" or { Length: > 100 } } => Problem.Of(ProblemCode.InvalidErrorCode, "error_code must have 1 to 100 characters."),
        { ConversationId: { } conversation } when !ChatQuestion.Conversation().IsMatch(conversation) =>
            Problem.Of(ProblemCode.InvalidConversationId, "A conversation_id must have 1 to 64 letters, digits, '-', '_' or '.'."),
        { Tenant: { } tenant } when tenant != ownTenant => Problem.Of(ProblemCode.UnknownTenant, "The tenant does not exist."),
        { Queue: { } queue } when ErrorQueues.OriginOf(queue, tools) is null =>
            Problem.Of(ProblemCode.UnknownQueue, "queue must name an error queue, such as compose-answer_error or compose-answer_skipped."),
        { Queue: not null } when filter with { Queue = null, Tenant = null } != new ReplayFilter() =>
            Problem.Of(ProblemCode.QueueStandsAlone, "queue cannot be combined with other conditions, because all messages of the queue are moved."),
        _ => null,
    };

    private static ReplaySelection SelectionOf(ReplayFilter filter) => new(
        filter.Queue is null ? [.. (filter.Status ?? UsualStatuses).Distinct()] : [],
        filter.From, filter.To, filter.ErrorCode, filter.ConversationId, filter.Queue);
}
