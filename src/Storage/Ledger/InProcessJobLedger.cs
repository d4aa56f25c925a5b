using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Ledger;

/// <summary>The ledger of embedded mode: the same transitions on a dictionary. Nothing survives the process.</summary>
internal sealed class InProcessJobLedger(TimeProvider clock) : IJobLedger
{
    private sealed record Entry(Job Job, string? IdempotencyKey, byte[] RequestHash);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> jobs = [];
    private readonly Dictionary<(string Tenant, string Key), Guid> keys = [];
    private readonly HashSet<Guid> unfinished = [];

    public Task<Submission> Submit(NewJob job, CancellationToken token)
    {
        lock (gate)
        {
            if (job.IdempotencyKey is { } key && keys.TryGetValue((job.Tenant, key), out var known))
            {
                var same = jobs[known].RequestHash.AsSpan().SequenceEqual(job.RequestHash);
                return Task.FromResult(new Submission(Stamp(jobs[known].Job), same ? SubmissionOutcome.Repeated : SubmissionOutcome.KeyReused));
            }
            var others = unfinished.Count(id => jobs[id].Job is { ReplayId: null } other && other.Tenant == job.Tenant);
            if (others >= job.Share.Unfinished)
                return Task.FromResult(new Submission(null, SubmissionOutcome.TooMany));
            var now = clock.GetUtcNow();
            var created = new Job
            {
                Id = job.Id, Tenant = job.Tenant, ConversationId = job.ConversationId, Question = job.Question, Options = job.Options,
                Status = JobStatus.Queued, Stage = JobStage.Intake, Attempt = 1, Version = 1, Express = others < job.Share.Express, AcceptedAt = now, QueuedAt = now, Now = now,
                DeadlineAt = now + job.Lifetime, DueAt = now + Min(job.DueIn, job.Lifetime),
            };
            jobs.Add(job.Id, new Entry(created, job.IdempotencyKey, job.RequestHash));
            if (job.IdempotencyKey is not null)
                keys.Add((job.Tenant, job.IdempotencyKey), job.Id);
            unfinished.Add(job.Id);
            return Task.FromResult(new Submission(created, SubmissionOutcome.Created));
        }
    }

    public Task<Job?> Find(string tenant, Guid id, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult(jobs.TryGetValue(id, out var entry) && entry.Job.Tenant == tenant ? Stamp(entry.Job) : null);
    }

    public Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<Job>>(
            [
                .. jobs.Values.Select(entry => entry.Job)
                    .Where(job => job.Tenant == tenant && (filter.Status is null || job.Status == filter.Status)
                        && (filter.ConversationId is null || job.ConversationId == filter.ConversationId)
                        && (filter.Before is not { } before || UuidOrder.Instance.Compare(job.Id, before) < 0))
                    .OrderByDescending(job => job.Id, UuidOrder.Instance).Take(filter.Limit).Select(Stamp),
            ]);
    }

    public Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyDictionary<Guid, JobVersion>>(
                wanted.Distinct().Where(owned => jobs.TryGetValue(owned.Id, out var found) && found.Job.Tenant == owned.Tenant)
                    .ToDictionary(owned => owned.Id, owned => new JobVersion(jobs[owned.Id].Job.Version, jobs[owned.Id].Job.Status.IsFinished())));
    }

    public async Task<Job?> Cancel(string tenant, Guid id, CancellationToken token) =>
        await Change(id, job => job.Tenant == tenant && !job.Status.IsFinished(), (job, now) => Finish(job, JobStatus.Cancelled, now))
        ?? await Find(tenant, id, token);

    public Task<Job?> Claim(JobKey key, JobStage stage, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token) =>
        Change(
            key.Id,
            job => job.Attempt == key.Attempt && job.Stage == stage && !job.Status.IsFinished() && job.DeadlineAt > clock.GetUtcNow()
                && (job.ClaimedBy is null || (takeOver && job.AttemptsUsed < maxAttempts))
                && (job.Status == JobStatus.Running || job.StartsConversation || !Unfinished(job).Any(other => UuidOrder.Instance.Compare(other.Id, job.Id) < 0)),
            (job, now) => job with
            {
                Status = JobStatus.Running,
                StartedAt = job.StartedAt ?? now,
                Attempt = job.ClaimedBy is null ? job.Attempt : job.Attempt + 1,
                ClaimedBy = worker,
                DueAt = Due(job, now, lease),
            });

    public async Task<bool> Renew(JobKey key, string worker, TimeSpan lease, CancellationToken token) =>
        await Change(
            key.Id,
            job => job.Attempt == key.Attempt && job.Status == JobStatus.Running && job.ClaimedBy == worker,
            (job, now) => job with { DueAt = Due(job, now, lease) },
            newVersion: false) is not null;

    public Task<Job?> Plan(JobKey key, JobPlan plan, IReadOnlyList<string> degraded, TimeSpan dueIn, CancellationToken token) =>
        Change(
            key.Id,
            job => IsRunning(job, key, JobStage.Intake),
            (job, now) => job with
            {
                Plan = plan,
                Pending = plan.Tools(),
                Degraded = [.. job.Degraded, .. degraded],
                ClaimedBy = null,
                DueAt = Due(job, now, dueIn),
                Stage = plan.Tools().Count == 0 ? JobStage.Answer : JobStage.Tools,
                ToolsAt = now,
                WaveAt = now,
                AnswerAt = plan.Tools().Count == 0 ? now : null,
            });

    public Task<Job?> StartWave(JobKey key, JobPlan plan, TimeSpan dueIn, CancellationToken token) =>
        Change(
            key.Id,
            job => IsRunning(job, key, JobStage.Answer),
            (job, now) => job with
            {
                Plan = plan, Pending = plan.Tools(), Stage = JobStage.Tools, AnswerAt = null, WaveAt = now, ClaimedBy = null, DueAt = Due(job, now, dueIn),
                Attempt = job.Attempt + 1, FirstAttempt = job.FirstAttempt + 1,
            });

    public Task<IReadOnlyList<Job>> FindPending(IReadOnlyCollection<JobKey> keys, Tool tool, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<Job>>(
            [
                .. keys.Where(key => jobs.TryGetValue(key.Id, out var entry) && IsRunning(entry.Job, key, JobStage.Tools) && entry.Job.Pending.Contains(tool))
                    .Select(key => Stamp(jobs[key.Id].Job)),
            ]);
    }

    public Task<Job?> FinishTool(JobKey key, Tool tool, object? result, string? degraded, TimeSpan dueIn, StageClaim? next, CancellationToken token) =>
        Change(
            key.Id,
            job => IsRunning(job, key, JobStage.Tools) && job.Pending.Contains(tool),
            (job, now) =>
            {
                var last = job.Pending.Count == 1;
                return job with
                {
                    Results = result switch
                    {
                        null => job.Results,
                        DocumentsResult documents => job.Results with { Documents = documents },
                        WebSearchResult web => job.Results with { WebSearch = web },
                        _ => throw new ArgumentException($"{result.GetType()} is no tool's result.", nameof(result)),
                    },
                    Degraded = degraded is null ? job.Degraded : [.. job.Degraded, degraded],
                    Pending = [.. job.Pending.Where(other => other != tool)],
                    Stage = last ? JobStage.Answer : job.Stage,
                    AnswerAt = last ? now : null,
                    ClaimedBy = last ? next?.Worker : null,
                    DueAt = last ? Due(job, now, next?.Lease ?? dueIn) : job.DueAt,
                };
            });

    public Task<Job?> Answer(JobKey key, ChatAnswer answer, IReadOnlyList<string> degraded, CancellationToken token) =>
        Change(
            key.Id,
            job => IsRunning(job, key, JobStage.Answer),
            (job, now) => Finish(job, JobStatus.Answered, now) with { Answer = answer, Degraded = [.. job.Degraded, .. degraded] });

    public Task<Job?> End(JobKey key, JobStatus status, ChatError error, CancellationToken token) =>
        Change(key.Id, job => job.Attempt == key.Attempt && !job.Status.IsFinished(), (job, now) => Finish(job, status, now) with { Error = error });

    public async Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan guard, CancellationToken token)
    {
        List<Guid> due;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            due = [.. unfinished.Select(id => jobs[id].Job).Where(job => job.DueAt <= now).OrderBy(job => job.DueAt).Take(limit).Select(job => job.Id)];
        }
        var taken = new List<Job>(due.Count);
        foreach (var id in due)
        {
            if (await Change(id, job => job.DueAt <= clock.GetUtcNow(), (job, now) => job with { DueAt = Due(job, now, guard) }, newVersion: false) is { } job)
                taken.Add(job);
        }
        return taken;
    }

    public Task<Job?> Rearm(Job taken, TimeSpan dueIn, CancellationToken token) =>
        Change(taken.Id, job => IsUntouched(job, taken), (job, now) => job with { DueAt = Due(job, now, dueIn) }, newVersion: false);

    public Task<Job?> StartAttempt(Job taken, TimeSpan dueIn, CancellationToken token) =>
        Change(
            taken.Id,
            job => IsUntouched(job, taken) && job.ClaimedBy is not null,
            (job, now) => job with { Attempt = job.Attempt + 1, ClaimedBy = null, DueAt = Due(job, now, dueIn) });

    public Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<Conversation>>(
            [
                .. jobs.Values.Select(entry => entry.Job).Where(job => job.Tenant == tenant).GroupBy(job => job.ConversationId)
                    .Select(group => (First: group.MinBy(job => job.Id, UuidOrder.Instance)!, Last: group.MaxBy(job => job.Id, UuidOrder.Instance)!, Jobs: group.Count()))
                    .Where(talk => before is not { } id || UuidOrder.Instance.Compare(talk.Last.Id, id) < 0)
                    .OrderByDescending(talk => talk.Last.Id, UuidOrder.Instance).Take(limit)
                    .Select(talk => new Conversation(
                        talk.Last.ConversationId, talk.First.Question, talk.Jobs, talk.First.AcceptedAt, talk.Last.AcceptedAt, talk.Last.Id)),
            ]);
    }

    public Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult(Delete([.. jobs.Values.Where(entry => entry.Job.Tenant == tenant && entry.Job.ConversationId == conversation)]));
    }

    /// <summary>A job, whoever it belongs to; null when there is none.</summary>
    internal Job? Read(Guid id)
    {
        lock (gate)
            return jobs.TryGetValue(id, out var entry) ? entry.Job : null;
    }

    /// <summary>Delete a tenant's jobs whose answers quote this document, and what was asked after them in the same conversations.</summary>
    internal void DeleteCiting(string tenant, Guid document)
    {
        lock (gate)
        {
            var own = jobs.Values.Where(entry => entry.Job.Tenant == tenant).ToList();
            var cites = own.Select(entry => entry.Job).Where(job => job.Answer?.Citations.Any(citation => citation.DocumentId == document) == true).ToList();
            Delete([.. own.Where(entry => cites.Any(job => entry.Job.ConversationId == job.ConversationId && UuidOrder.Instance.Compare(entry.Job.Id, job.Id) >= 0))]);
        }
    }

    public Task<int> CountFinished(TimeSpan within, CancellationToken token)
    {
        lock (gate)
        {
            var since = clock.GetUtcNow() - within;
            return Task.FromResult(jobs.Values.Count(entry => entry.Job.FinishedAt > since));
        }
    }

    public Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token)
    {
        lock (gate)
        {
            var before = clock.GetUtcNow() - age;
            var old = jobs.Values.Where(entry => entry.Job.FinishedAt < before && (tenant is null || entry.Job.Tenant == tenant)).Take(limit).ToList();
            return Task.FromResult(Delete(old));
        }
    }

    /// <summary>All jobs now, oldest first.</summary>
    internal IReadOnlyList<Job> All()
    {
        lock (gate)
            return [.. jobs.Values.Select(entry => entry.Job).OrderBy(job => job.Id, UuidOrder.Instance)];
    }

    internal int CountUnfinished()
    {
        lock (gate)
            return unfinished.Count;
    }

    /// <summary>Queue a job again that still is as it was seen; see <see cref="Replays.IReplayStore.Requeue"/>.</summary>
    internal async Task<Job?> Requeue(Job seen, Guid replay, TimeSpan dueIn)
    {
        var requeued = await Change(seen.Id, job => job.Version == seen.Version, (job, now) => job.Status == JobStatus.Queued
            ? job with { ReplayId = replay, DueAt = Due(job, now, dueIn) }
            : new Job
            {
                Id = job.Id, Tenant = job.Tenant, ConversationId = job.ConversationId, Question = job.Question, Options = job.Options,
                Status = JobStatus.Queued, Stage = JobStage.Intake, Attempt = job.Attempt + 1, FirstAttempt = job.Attempt + 1, Version = job.Version, Express = false,
                AcceptedAt = job.AcceptedAt, QueuedAt = now, Now = now, ReplayId = replay,
                DeadlineAt = now + (job.DeadlineAt - job.QueuedAt), DueAt = now + Min(dueIn, job.DeadlineAt - job.QueuedAt),
                EarlierEnds = [.. job.EarlierEnds, new EarlierEnd(job.Status, job.Attempt, job.FinishedAt!.Value, job.Error!)],
            });
        if (requeued is not null)
            lock (gate)
                unfinished.Add(requeued.Id);
        return requeued;
    }

    /// <summary>What a fenced UPDATE is in SQL: all or nothing, one at a time per ledger.</summary>
    private Task<Job?> Change(Guid id, Func<Job, bool> fence, Func<Job, DateTimeOffset, Job> change, bool newVersion = true)
    {
        lock (gate)
        {
            if (!jobs.TryGetValue(id, out var entry) || !fence(entry.Job))
                return Task.FromResult<Job?>(null);
            var now = clock.GetUtcNow();
            var changed = change(entry.Job, now) with { Now = now };
            if (newVersion)
                changed = changed with { Version = changed.Version + 1 };
            jobs[id] = entry with { Job = changed };
            if (!changed.Status.IsFinished())
                return Task.FromResult<Job?>(changed);
            unfinished.Remove(id);
            var next = Unfinished(changed).Where(other => UuidOrder.Instance.Compare(other.Id, id) > 0).MinBy(other => other.Id, UuidOrder.Instance);
            return Task.FromResult<Job?>(next is null ? changed : changed with { Successor = new WaitingJob(next.Id, next.Attempt, next.Express) });
        }
    }

    /// <summary>The others of a job's conversation that have not ended. Only behind the gate.</summary>
    private IEnumerable<Job> Unfinished(Job job) =>
        unfinished.Where(id => id != job.Id).Select(id => jobs[id].Job).Where(other => other.Tenant == job.Tenant && other.ConversationId == job.ConversationId);

    /// <summary>Only behind the gate.</summary>
    private int Delete(IReadOnlyList<Entry> entries)
    {
        foreach (var entry in entries)
        {
            jobs.Remove(entry.Job.Id);
            unfinished.Remove(entry.Job.Id);
            if (entry.IdempotencyKey is not null)
                keys.Remove((entry.Job.Tenant, entry.IdempotencyKey));
        }
        return entries.Count;
    }

    private Job Stamp(Job job) => job with { Now = clock.GetUtcNow() };

    private static bool IsRunning(Job job, JobKey key, JobStage stage) =>
        job.Attempt == key.Attempt && job.Status == JobStatus.Running && job.Stage == stage;

    private static bool IsUntouched(Job job, Job taken) => job.Version == taken.Version && job.DueAt == taken.DueAt;

    private static Job Finish(Job job, JobStatus status, DateTimeOffset now) =>
        job with { Status = status, FinishedAt = now, DueAt = null, ClaimedBy = null };

    private static DateTimeOffset Due(Job job, DateTimeOffset now, TimeSpan dueIn) =>
        now + dueIn < job.DeadlineAt ? now + dueIn : job.DeadlineAt;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
