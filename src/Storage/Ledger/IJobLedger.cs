
namespace Navigator.Storage.Ledger;

/// <summary>
/// The rows of all jobs, which are the only record of a job's state. The job machine decides what may happen to a job; the ledger writes a
/// decided change only if the row still has the version that the decision was made on. All times are on the ledger's own clock.
/// </summary>
public interface IJobLedger
{
    /// <summary>
    /// Writes a question durably, before its caller is told that it was accepted. Writes nothing if the tenant already has its maximum of
    /// unfinished jobs (replayed jobs do not count). Concurrent submissions in several processes may exceed the limit by their number.
    /// </summary>
    Task<Submission> Submit(NewJob job, CancellationToken token);

    /// <summary>Returns a job of this tenant; null if there is none or if it belongs to another tenant.</summary>
    Task<Job?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>Returns a job of any tenant; null if there is none. For a worker, which has only the message.</summary>
    Task<Job?> Read(Guid id, CancellationToken token);

    /// <summary>Returns a tenant's jobs, newest first.</summary>
    Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token);

    /// <summary>Returns the version of each of these jobs and whether it has ended, for callers that wait for a change.</summary>
    Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token);

    /// <summary>
    /// Writes a change. Returns the job as written, with its successor if the change ended the job. Returns null and writes nothing if the
    /// row is gone or has another version, if an earlier job of the conversation is unfinished, or if the change cites a deleted document.
    /// </summary>
    Task<Job?> Apply(JobChange change, CancellationToken token);

    /// <summary>
    /// Takes jobs that are due. Each is due again after <paramref name="visibilityTimeout"/>; until then no other sweeper takes it.
    /// </summary>
    Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token);

    /// <summary>Returns the load of each tenant that has unfinished jobs.</summary>
    Task<IReadOnlyList<TenantLoad>> Loads(CancellationToken token);

    /// <summary>
    /// Releases each tenant's oldest held jobs until the tenant has <paramref name="level"/> jobs under way. Live jobs come before replayed
    /// ones. Concurrent calls release each job once.
    /// </summary>
    /// <param name="dueIn">When the sweeper checks whether a worker has taken the job.</param>
    Task<IReadOnlyList<Job>> Release(int level, TimeSpan dueIn, CancellationToken token);

    /// <summary>Returns a tenant's conversations. The conversation with the newest job comes first.</summary>
    /// <param name="before">Returns only conversations whose newest job is older than this job.</param>
    Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>Deletes a conversation's jobs, finished or not. A worker that runs one of them stops. Returns the number deleted.</summary>
    Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token);

    /// <summary>Returns how many jobs ended within this time, which is the rate at which the system drains.</summary>
    Task<int> CountFinished(TimeSpan within, CancellationToken token);

    /// <summary>Deletes jobs that ended longer than <paramref name="age"/> ago. Returns the number deleted.</summary>
    /// <param name="tenant">Deletes only this tenant's jobs; null: every tenant's.</param>
    Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token);
}
