using System.Security.Claims;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Runtime.Flow;
using Navigator.Storage.Ledger;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Chat;

/// <summary>Jobs and conversations of the caller's tenant. Each statement runs within the <see cref="DatabaseThrottle"/>.</summary>
internal sealed class ThrottledJobs(IJobLedger ledger, JobTransitions transitions, IAudit audit, DatabaseThrottle throttle)
{
    /// <inheritdoc cref="JobTransitions.Record"/>
    public Task<Submission> Record(ClaimsPrincipal caller, ChatQuestion question, string? idempotencyKey, CancellationToken token) =>
        throttle.RunGrouped(
            () => transitions.Record(
                caller.Tenant(), question.ConversationId, question.Text, question.Options, question.Lifetime, idempotencyKey, question.Hash, token),
            token);

    /// <inheritdoc cref="JobTransitions.Dispatch"/>
    public Task Dispatch(Submission submission) => transitions.Dispatch(submission);

    public Task<Job?> Find(ClaimsPrincipal caller, Guid id, CancellationToken token) => Find(caller.Tenant(), id, token);

    /// <summary>Reads a job again. Returns null if it was deleted.</summary>
    public Task<Job?> FindAgain(Job job, CancellationToken token) => Find(job.Tenant, job.Id, token);

    public Task<IReadOnlyList<Job>> List(ClaimsPrincipal caller, JobFilter filter, CancellationToken token) =>
        throttle.Run(() => ledger.List(caller.Tenant(), filter, token), token);

    /// <inheritdoc cref="JobTransitions.Cancel"/>
    public Task<Job?> Cancel(ClaimsPrincipal caller, Guid id, CancellationToken token) =>
        throttle.RunGrouped(() => transitions.Cancel(caller.Tenant(), id, token), token);

    public Task<IReadOnlyList<Conversation>> Conversations(ClaimsPrincipal caller, Guid? before, int limit, CancellationToken token) =>
        throttle.Run(() => ledger.Conversations(caller.Tenant(), before, limit, token), token);

    /// <summary>Writes the audit entry, then deletes the conversation's jobs. Returns the number deleted.</summary>
    public Task<int> DeleteConversation(ClaimsPrincipal caller, string conversation, CancellationToken token) =>
        throttle.Run(
            async () =>
            {
                await audit.Record(caller.Tenant(), caller.Actor(), "conversation.delete", conversation, token);
                return await ledger.DeleteConversation(caller.Tenant(), conversation, token);
            },
            token);

    private Task<Job?> Find(string tenant, Guid id, CancellationToken token) =>
        throttle.RunGrouped(() => ledger.Find(tenant, id, token), token);
}
