using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Replays;

/// <summary>
/// Replays, and which jobs are next. A turn first queues its jobs again, each with the replay's id, and then moves the cursor behind them.
/// A process that stops in between leaves jobs that are the replay's already: the next turn finds and counts them, and does not queue them
/// twice. So a replay may be killed at any moment, asked for twice, or run beside another.
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
    /// The jobs of the next turn, in the order of their acceptance: those that the replay selects behind its cursor, and those that are its
    /// own already. Fewer than <paramref name="count"/> means that there are no more; none, also that the turn is not ours any more.
    /// </summary>
    Task<IReadOnlyList<Job>> Next(ReplayRecord taken, int count, CancellationToken token);

    /// <summary>Writes a turn down. Returns null when the turn was not ours any more: paused, cancelled, or taken by another process.</summary>
    Task<ReplayRecord?> Record(ReplayRecord taken, ReplayProgress progress, bool heldBack, CancellationToken token);

    /// <summary>Delete replays that ended longer than <paramref name="age"/> ago.</summary>
    Task DeleteFinished(TimeSpan age, CancellationToken token);
}
