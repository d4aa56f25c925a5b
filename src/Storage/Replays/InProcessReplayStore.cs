using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Replays;

/// <summary>The replays of embedded mode.</summary>
internal sealed class InProcessReplayStore(InProcessJobLedger ledger, TimeProvider clock) : IReplayStore
{
    private sealed record Entry(ReplayRecord Replay, Guid Cursor);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> replays = [];

    public Task<int> Count(string tenant, ReplaySelection selection, CancellationToken token) =>
        Task.FromResult(ledger.All().Count(job => IsSelected(job, tenant, selection)));

    public Task<ReplayRecord> Create(string tenant, ReplaySelection selection, double ratePerSecond, int max, int matched, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        var replay = new ReplayRecord
        {
            Id = Guid.CreateVersion7(),
            Tenant = tenant,
            Selection = selection,
            RatePerSecond = ratePerSecond,
            Max = max,
            Status = ReplayStatus.Running,
            Matched = matched,
            Replayed = 0,
            Skipped = 0,
            HeldBack = false,
            PacedUntil = now,
            CreatedAt = now,
            DueAt = now,
            Now = now,
        };
        lock (gate)
            replays.Add(replay.Id, new Entry(replay, Guid.Empty));
        return Task.FromResult(replay);
    }

    public Task<ReplayRecord?> Find(string tenant, Guid id, CancellationToken token)
    {
        ReplayRecord replay;
        lock (gate)
        {
            if (!replays.TryGetValue(id, out var entry) || entry.Replay.Tenant != tenant)
                return Task.FromResult<ReplayRecord?>(null);
            replay = entry.Replay with { Now = clock.GetUtcNow() };
        }
        if (replay.Selection.Queue is not null)
            return Task.FromResult<ReplayRecord?>(replay);
        var jobs = ledger.All().Where(job => job.ReplayId == id).ToList();
        var (unfinished, answered, refused, cancelled) = (
            jobs.Count(job => !job.Status.IsFinished()), jobs.Count(job => job.Status == JobStatus.Answered),
            jobs.Count(job => job.Status == JobStatus.Refused), jobs.Count(job => job.Status == JobStatus.Cancelled));
        return Task.FromResult<ReplayRecord?>(
            replay with { Outcomes = ReplayOutcomes.Of(replay.Replayed, unfinished, answered, refused, cancelled) });
    }

    public Task<IReadOnlyList<ReplayRecord>> List(string tenant, Guid? before, int limit, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<ReplayRecord>>(
            [
                .. replays.Values.Select(entry => entry.Replay)
                    .Where(replay => replay.Tenant == tenant && (before is not { } older || UuidOrder.Instance.Compare(replay.Id, older) < 0))
                    .OrderByDescending(replay => replay.Id, UuidOrder.Instance).Take(limit),
            ]);
    }

    public async Task<ReplayRecord?> Set(string tenant, Guid id, ReplayStatus status, CancellationToken token)
    {
        lock (gate)
        {
            if (replays.TryGetValue(id, out var entry) && entry.Replay is { FinishedAt: null } replay && replay.Tenant == tenant
                && replay.Status != status)
            {
                var now = clock.GetUtcNow();
                replays[id] = entry with
                {
                    Replay = replay with
                    {
                        Status = status,
                        HeldBack = false,
                        PacedUntil = Max(replay.PacedUntil, now),
                        DueAt = status == ReplayStatus.Running ? now : null,
                        FinishedAt = status == ReplayStatus.Cancelled ? now : null,
                    },
                };
            }
        }
        return await Find(tenant, id, token);
    }

    public Task<IReadOnlyList<ReplayRecord>> TakeDue(TimeSpan guard, CancellationToken token)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var due = replays.Values.Where(entry => entry.Replay.DueAt <= now).ToList();
            return Task.FromResult<IReadOnlyList<ReplayRecord>>(
                [.. due.Select(entry =>
                    (replays[entry.Replay.Id] = entry with { Replay = entry.Replay with { DueAt = now + guard, Now = now } }).Replay)]);
        }
    }

    public Task<int> CountUnfinished(int limit, CancellationToken token) => Task.FromResult(Math.Min(limit, ledger.CountUnfinished()));

    public Task<IReadOnlyList<Job>> Next(ReplayRecord taken, int count, CancellationToken token)
    {
        Guid cursor;
        lock (gate)
        {
            if (!IsOurs(taken))
                return Task.FromResult<IReadOnlyList<Job>>([]);
            cursor = replays[taken.Id].Cursor;
        }
        return Task.FromResult<IReadOnlyList<Job>>(
        [
            .. ledger.All().Where(job => job.Tenant == taken.Tenant && UuidOrder.Instance.Compare(job.Id, cursor) > 0
                && (job.ReplayId == taken.Id
                    || (IsSelected(job, taken.Tenant, taken.Selection) && (job.FinishedAt ?? job.QueuedAt) <= taken.CreatedAt)))
                .Take(count),
        ]);
    }

    public Task<ReplayRecord?> Record(ReplayRecord taken, ReplayProgress progress, bool heldBack, CancellationToken token)
    {
        lock (gate)
        {
            if (!IsOurs(taken))
                return Task.FromResult<ReplayRecord?>(null);
            var (entry, now) = (replays[taken.Id], clock.GetUtcNow());
            var replayed = entry.Replay.Replayed + progress.Replayed;
            var recorded = entry.Replay with
            {
                Replayed = replayed,
                HeldBack = heldBack,
                PacedUntil = Max(entry.Replay.PacedUntil, now - TimeSpan.FromSeconds(1))
                    + TimeSpan.FromSeconds(progress.Replayed / entry.Replay.RatePerSecond),
                Status = progress.Done ? ReplayStatus.Finished : entry.Replay.Status,
                FinishedAt = progress.Done ? now : null,
                DueAt = progress.Done ? null : now + progress.LookAgainIn,
                Skipped = progress.Done ? Math.Max(0, Math.Min(entry.Replay.Matched, entry.Replay.Max) - replayed) : 0,
                Now = now,
            };
            replays[taken.Id] = entry with { Replay = recorded, Cursor = progress.Cursor ?? entry.Cursor };
            return Task.FromResult<ReplayRecord?>(recorded);
        }
    }

    public Task DeleteFinished(TimeSpan age, CancellationToken token)
    {
        lock (gate)
        {
            var before = clock.GetUtcNow() - age;
            foreach (var old in replays.Values.Where(entry => entry.Replay.FinishedAt < before).ToList())
                replays.Remove(old.Replay.Id);
        }
        return Task.CompletedTask;
    }

    private bool IsOurs(ReplayRecord taken) =>
        replays.GetValueOrDefault(taken.Id)?.Replay is { Status: ReplayStatus.Running } now && now.DueAt == taken.DueAt;

    private static bool IsSelected(Job job, string tenant, ReplaySelection selection) =>
        job.Tenant == tenant && selection.Statuses.Contains(job.Status) && job.Status is (JobStatus.Queued or JobStatus.Failed or JobStatus.Expired)
        && (selection.From is not { } from || job.AcceptedAt >= from) && (selection.To is not { } to || job.AcceptedAt < to)
        && (selection.ErrorCode is null || job.Error?.Code == selection.ErrorCode)
        && (selection.ConversationId is null || job.ConversationId == selection.ConversationId);

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
