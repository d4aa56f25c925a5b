using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Ledger;

/// <summary>
/// The truth about every job. Work is done at least once; its outcome is recorded exactly once, because every transition
/// is one statement fenced by status, stage and attempt. A method that returns null changed nothing: the caller's attempt
/// no longer counts, and it stops. All times are on the ledger's own clock. What follows a transition is not decided
/// here but by the flow, from the row as returned.
/// </summary>
public interface IJobLedger
{
    /// <summary>
    /// Write a question down, durably, before anybody is told that it was accepted; or not, when its tenant has as many
    /// unfinished as it may, replayed ones not counted. Submissions at once may pass the bound by as many as they are.
    /// </summary>
    Task<Submission> Submit(NewJob job, CancellationToken token);

    /// <summary>A job of this tenant; null for another's as for none.</summary>
    Task<Job?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>A tenant's jobs, newest first.</summary>
    Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token);

    /// <summary>The versions of these jobs, and whether they have ended, for whoever waits for either.</summary>
    Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token);

    /// <summary>End an unfinished job at its owner's wish. Returns the job as it then is, also when it had ended before.</summary>
    Task<Job?> Cancel(string tenant, Guid id, CancellationToken token);

    /// <summary>
    /// Take the lease on a stage that one worker does alone. Jobs of one conversation take turns: intake does not begin while an
    /// earlier one is unfinished.
    /// </summary>
    /// <param name="maxAttempts">Workers that one run of a job may have; a replay begins another run.</param>
    /// <param name="takeOver">
    /// The broker delivered the message again, so that whoever held the lease lost it: begin a new attempt at once
    /// instead of waiting for the lease to run out.
    /// </param>
    Task<Job?> Claim(JobKey key, JobStage stage, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token);

    /// <summary>Keep the lease. False when the job is no longer this worker's: cancelled, expired, taken over.</summary>
    Task<bool> Renew(JobKey key, string worker, TimeSpan lease, CancellationToken token);

    /// <summary>Intake is done: tools are pending, or the answer stage begins at once when the plan names none.</summary>
    /// <param name="degraded">What intake had to do without.</param>
    Task<Job?> Plan(JobKey key, JobPlan plan, IReadOnlyList<string> degraded, TimeSpan dueIn, CancellationToken token);

    /// <summary>
    /// Back from the answer stage to the tools, with what the plan's wave asks now. Under a new attempt, so that nothing which is
    /// still on its way for the wave before counts; it is not held against the attempts that the job has.
    /// </summary>
    Task<Job?> StartWave(JobKey key, JobPlan plan, TimeSpan dueIn, CancellationToken token);

    /// <summary>Those of these jobs that still wait for the tool. Stale ones are left out.</summary>
    Task<IReadOnlyList<Job>> FindPending(IReadOnlyCollection<JobKey> keys, Tool tool, CancellationToken token);

    /// <summary>
    /// Record what a tool found and learn what is still pending. The last one moves the job to the answer stage.
    /// </summary>
    /// <param name="result">A <see cref="DocumentsResult"/> or <see cref="WebSearchResult"/>; null when the tool was skipped.</param>
    /// <param name="degraded">Why it was skipped; null when it was not.</param>
    /// <param name="next">Who takes the lease on the answer stage with the same statement, if this was the last tool; null: nobody yet.</param>
    Task<Job?> FinishTool(JobKey key, Tool tool, object? result, string? degraded, TimeSpan dueIn, StageClaim? next, CancellationToken token);

    /// <summary>
    /// The end everybody hopes for. Returned with its successor, as every end. Null also when it quotes a document that was deleted
    /// meanwhile: the lease runs out, and the next attempt answers without.
    /// </summary>
    /// <param name="degraded">What the answer had to do without.</param>
    Task<Job?> Answer(JobKey key, ChatAnswer answer, IReadOnlyList<string> degraded, CancellationToken token);

    /// <summary>End an unfinished job as refused, failed or expired.</summary>
    Task<Job?> End(JobKey key, JobStatus status, ChatError error, CancellationToken token);

    /// <summary>Jobs that are due, hidden from other sweepers for <paramref name="guard"/>.</summary>
    Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan guard, CancellationToken token);

    /// <summary>Look again later. Null when anything happened to the job since <see cref="TakeDue"/> returned it.</summary>
    Task<Job?> Rearm(Job taken, TimeSpan dueIn, CancellationToken token);

    /// <summary>
    /// The worker that held the stage is gone: the same stage once more, under a new attempt. Null when anything happened
    /// to the job since <see cref="TakeDue"/> returned it, a renewed lease included.
    /// </summary>
    Task<Job?> StartAttempt(Job taken, TimeSpan dueIn, CancellationToken token);

    /// <summary>A tenant's conversations, the one with the newest job first.</summary>
    /// <param name="before">Only those whose newest job is older than this one.</param>
    Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>Delete a conversation's jobs, finished or not: who works on one finds it gone, and stops. Returns how many.</summary>
    Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token);

    /// <summary>How many jobs ended lately: how fast the system drains.</summary>
    Task<int> CountFinished(TimeSpan within, CancellationToken token);

    /// <summary>Delete jobs that ended longer than <paramref name="age"/> ago. Returns how many.</summary>
    /// <param name="tenant">Only this one's; null for everybody's.</param>
    Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token);
}
