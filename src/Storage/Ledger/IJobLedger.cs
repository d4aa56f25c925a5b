
namespace Navigator.Storage.Ledger;

/// <summary>
/// The truth about every job, as rows. What may happen to a job is decided elsewhere, from the row; the ledger writes a decided change
/// only while the row has the version that it was decided on. All times are on the ledger's own clock.
/// </summary>
public interface IJobLedger
{
    /// <summary>
    /// Writes a question down, durably, before its caller is told that it was accepted; or not, when its tenant has as many unfinished as
    /// it may, replayed ones not counted. Submissions in several processes at once may pass the limit by as many as they are.
    /// </summary>
    Task<Submission> Submit(NewJob job, CancellationToken token);

    /// <summary>A job of this tenant; null for another's as for none.</summary>
    Task<Job?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>A job of any tenant's, for a worker, which has only a message; null when there is none.</summary>
    Task<Job?> Read(Guid id, CancellationToken token);

    /// <summary>A tenant's jobs, newest first.</summary>
    Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token);

    /// <summary>The versions of these jobs, and whether they have ended, for callers that wait for either.</summary>
    Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token);

    /// <summary>
    /// Writes a change. Returns the job as it then is, with its successor when the change ended it. Returns null and writes nothing when
    /// the row has another version by now or is gone, or when the change waits for its conversation or cites a deleted document.
    /// </summary>
    Task<Job?> Apply(JobChange change, CancellationToken token);

    /// <summary>
    /// Jobs that are due. Each is due again after <paramref name="visibilityTimeout"/>, so that no other sweeper takes it meanwhile.
    /// </summary>
    Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token);

    /// <summary>How much each tenant that has something unfinished has.</summary>
    Task<IReadOnlyList<TenantLoad>> Loads(CancellationToken token);

    /// <summary>
    /// Hold no longer what a tenant may have under way: its oldest held jobs, live ones before replayed ones, until it has
    /// <paramref name="level"/> under way. Called twice at once it releases each job once.
    /// </summary>
    /// <param name="dueIn">When to look whether a worker took it.</param>
    Task<IReadOnlyList<Job>> Release(int level, TimeSpan dueIn, CancellationToken token);

    /// <summary>A tenant's conversations, the one with the newest job first.</summary>
    /// <param name="before">Only those whose newest job is older than this one.</param>
    Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>Deletes a conversation's jobs, finished or not. A worker that has one of them finds it gone, and stops. Returns how many.</summary>
    Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token);

    /// <summary>How many jobs ended within this time: how fast the system drains.</summary>
    Task<int> CountFinished(TimeSpan within, CancellationToken token);

    /// <summary>Deletes jobs that ended longer than <paramref name="age"/> ago. Returns how many.</summary>
    /// <param name="tenant">Only this one's; null for every tenant's.</param>
    Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token);
}
