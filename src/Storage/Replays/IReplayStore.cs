using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Replays;

/// <summary>
/// Replays and the jobs that each replays next. A batch first queues its jobs again, each with the replay's id, and then moves the replay's
/// cursor past them. A process that stops in between leaves jobs that already have the replay's id; the next batch counts them and does not
/// queue them twice. A replay may therefore be killed at any moment, requested twice, or run beside another.
/// </summary>
public interface IReplayStore
{
    /// <summary>Returns how many jobs the selection matches now.</summary>
    Task<int> Count(string tenant, ReplaySelection selection, CancellationToken token);

    /// <param name="matched">Number of matching jobs, or of the queue's messages.</param>
    Task<ReplayRecord> Create(string tenant, ReplaySelection selection, double ratePerSecond, int max, int matched, CancellationToken token);

    /// <summary>Returns a tenant's replay and how its jobs ended; null if it does not exist or belongs to another tenant.</summary>
    Task<ReplayRecord?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>Returns a tenant's replays, newest first, without the counts of how their jobs ended.</summary>
    Task<IReadOnlyList<ReplayRecord>> List(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>Pauses, resumes or cancels a replay that has not ended. Returns the replay, also if it had already ended.</summary>
    /// <param name="status">Running, Paused or Cancelled.</param>
    Task<ReplayRecord?> Set(string tenant, Guid id, ReplayStatus status, CancellationToken token);

    /// <summary>Takes replays whose next batch is due. They are hidden from other processes for <paramref name="guard"/>.</summary>
    Task<IReadOnlyList<ReplayRecord>> TakeDue(TimeSpan guard, CancellationToken token);

    /// <summary>Counts unfinished jobs, up to the limit.</summary>
    Task<int> CountUnfinished(int limit, CancellationToken token);

    /// <summary>
    /// Returns the jobs of the next batch, in the order of their acceptance: selected jobs past the cursor, and jobs that already have the
    /// replay's id. Fewer than <paramref name="count"/> jobs means that no more follow. An empty list can also mean that another process owns
    /// the batch.
    /// </summary>
    Task<IReadOnlyList<Job>> Next(ReplayRecord taken, int count, CancellationToken token);

    /// <summary>Records a batch. Returns null if the replay was paused, cancelled or taken by another process.</summary>
    Task<ReplayRecord?> Record(ReplayRecord taken, ReplayProgress progress, bool heldBack, CancellationToken token);

    /// <summary>Deletes replays that ended longer than <paramref name="age"/> ago.</summary>
    Task DeleteFinished(TimeSpan age, CancellationToken token);
}
