using Navigator.Contracts.Chat;
using Navigator.Storage.Passages;

namespace Navigator.Storage.Ledger;

/// <summary>The ledger of embedded mode, on a dictionary. Nothing survives the process.</summary>
internal sealed class InProcessJobLedger(TimeProvider clock, InProcessCorpus documents) : IJobLedger
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
            var created = job.AcceptedAt(clock.GetUtcNow(), others >= job.Share.UnderWay);
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

    public Task<Job?> Read(Guid id, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult(jobs.TryGetValue(id, out var entry) ? Stamp(entry.Job) : null);
    }

    public Task<Job?> Apply(JobChange change, CancellationToken token)
    {
        lock (gate)
        {
            var id = change.From.Id;
            if (!jobs.TryGetValue(id, out var entry) || entry.Job.Version != change.From.Version
                || (change.WaitsForConversation && Unfinished(entry.Job).Any(other => UuidOrder.Instance.Compare(other.Id, id) < 0))
                || change.Cites.Any(document => !documents.Exists(change.From.Tenant, document)))
                return Task.FromResult<Job?>(null);
            var written = change.WrittenAt(clock.GetUtcNow());
            jobs[id] = entry with { Job = written };
            if (!written.Status.IsFinished())
            {
                unfinished.Add(id);
                return Task.FromResult<Job?>(written);
            }
            unfinished.Remove(id);
            var next = Unfinished(written).Where(other => !other.Held && UuidOrder.Instance.Compare(other.Id, id) > 0)
                .MinBy(other => other.Id, UuidOrder.Instance);
            return Task.FromResult<Job?>(next is null ? written : written with { Successor = new WaitingJob(next.Id, next.Attempt) });
        }
    }

    public Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var due = unfinished.Select(id => jobs[id].Job).Where(job => job.DueAt <= now).OrderBy(job => job.DueAt).Take(limit).ToList();
            return Task.FromResult<IReadOnlyList<Job>>([.. due.Select(job =>
                Keep(job with { Version = job.Version + 1, Now = now, DueAt = Earlier(now + visibilityTimeout, job.DeadlineAt) }))]);
        }
    }

    public Task<IReadOnlyList<TenantLoad>> Loads(CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<TenantLoad>>(
            [
                .. unfinished.Select(id => jobs[id].Job).GroupBy(job => job.Tenant)
                    .Select(own => new TenantLoad(own.Count(), own.Count(job => job.Status == JobStatus.Queued), own.Count(job => job.Held))),
            ]);
    }

    public Task<IReadOnlyList<Job>> Release(int level, TimeSpan dueIn, CancellationToken token)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var chosen = unfinished.Select(id => jobs[id].Job).GroupBy(job => job.Tenant)
                .SelectMany(own => own.OrderBy(job => job.Held).ThenBy(job => job.ReplayId is not null).ThenBy(job => job.Id, UuidOrder.Instance)
                    .Take(level))
                .Where(job => job.Held).ToList();
            return Task.FromResult<IReadOnlyList<Job>>([.. chosen.Select(job =>
                Keep(job with { Held = false, Version = job.Version + 1, Now = now, DueAt = Earlier(now + dueIn, job.DeadlineAt) }))]);
        }
    }

    public Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult<IReadOnlyList<Conversation>>(
            [
                .. jobs.Values.Select(entry => entry.Job).Where(job => job.Tenant == tenant).GroupBy(job => job.ConversationId)
                    .Select(group => (First: group.MinBy(job => job.Id, UuidOrder.Instance)!, Last: group.MaxBy(job => job.Id, UuidOrder.Instance)!,
                        Jobs: group.Count()))
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
            var cites = own.Select(entry => entry.Job).Where(job => job.Answer?.Citations.Any(citation => citation.DocumentId == document) == true)
                .ToList();
            Delete([.. own.Where(entry => cites.Any(job => entry.Job.ConversationId == job.ConversationId
                && UuidOrder.Instance.Compare(entry.Job.Id, job.Id) >= 0))]);
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
            var old = jobs.Values.Where(entry => entry.Job.FinishedAt < before && (tenant is null || entry.Job.Tenant == tenant)).Take(limit)
                .ToList();
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

    /// <summary>The others of a job's conversation that have not ended. Only behind the gate.</summary>
    private IEnumerable<Job> Unfinished(Job job) =>
        unfinished.Where(id => id != job.Id).Select(id => jobs[id].Job)
            .Where(other => other.Tenant == job.Tenant && other.ConversationId == job.ConversationId);

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

    /// <summary>Only behind the gate.</summary>
    private Job Keep(Job job)
    {
        jobs[job.Id] = jobs[job.Id] with { Job = job };
        return job;
    }

    private Job Stamp(Job job) => job with { Now = clock.GetUtcNow() };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
