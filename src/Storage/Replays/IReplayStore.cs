using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Replays;

/// <summary>
/// Replays and the jobs they queue again. A turn moves jobs and the replay's cursor in one statement, so that a replay may be
/// killed at any moment, asked for twice, or run beside another: a job is queued again only from the end that was seen.
/// </summary>
public interface IReplayStore
{
    /// <summary>How many jobs the selection finds now.</summary>
    Task<int> Count(string tenant, ReplaySelection selection, CancellationToken token);

    /// <param name="matched">How many were found: counted jobs, or a queue's messages.</param>
    Task<ReplayRecord> Create(string tenant, ReplaySelection selection, double ratePerSecond, int max, int matched, CancellationToken token);

    /// <summary>A replay of this tenant, with its jobs' ends counted; null for another's as for none.</summary>
    Task<ReplayRecord?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>A tenant's replays, newest first, without the ends of their jobs.</summary>
    Task<IReadOnlyList<ReplayRecord>> List(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>Pause, resume or cancel a replay that is not over. Returns it as it then is, also when it was over before.</summary>
    /// <param name="status">Running, Paused or Cancelled.</param>
    Task<ReplayRecord?> Set(string tenant, Guid id, ReplayStatus status, CancellationToken token);

    /// <summary>Replays whose turn it is, hidden from other processes for <paramref name="guard"/>.</summary>
    Task<IReadOnlyList<ReplayRecord>> TakeDue(TimeSpan guard, CancellationToken token);

    /// <summary>Jobs that are not finished, counted up to the limit.</summary>
    Task<int> CountUnfinished(int limit, CancellationToken token);

    /// <summary>
    /// One turn: queue the next jobs again, in the order of their acceptance. Failed and expired ones begin a new attempt with
    /// a new deadline as far away as the first was; queued ones are only to be sent again. Fewer than <paramref name="count"/>
    /// means that there are no more, and the replay is finished.
    /// </summary>
    /// <returns>The jobs to be sent; empty also when the replay was paused, cancelled or taken by another meanwhile.</returns>
    Task<IReadOnlyList<Job>> Requeue(ReplayRecord taken, int count, TimeSpan jobDueIn, TimeSpan lookAgainIn, CancellationToken token);

    /// <summary>Write down a turn in which no job was queued: held back, or messages moved. Null when the turn was not ours any more.</summary>
    Task<ReplayRecord?> Record(ReplayRecord taken, ReplayProgress progress, bool heldBack, CancellationToken token);

    /// <summary>Delete replays that ended longer than <paramref name="age"/> ago.</summary>
    Task DeleteFinished(TimeSpan age, CancellationToken token);
}
