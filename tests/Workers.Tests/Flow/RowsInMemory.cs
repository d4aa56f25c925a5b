using Navigator.Contracts.Chat;
using Navigator.Storage;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Tests.Flow;

/// <summary>
/// The rows of a ledger in a dictionary: ten thousand histories take seconds here, and minutes on a database. It does what the histories ask
/// for and no more; that the real stores do the same is for their contract tests, and some histories run on SQLite too.
/// </summary>
internal sealed class RowsInMemory(TimeProvider clock) : IJobLedger
{
    private readonly Dictionary<Guid, Job> rows = [];

    public Task<Submission> Submit(NewJob job, CancellationToken token)
    {
        var others = Unfinished.Count(other => other.ReplayId is null && other.Tenant == job.Tenant);
        if (others >= job.Share.Unfinished)
            return Task.FromResult(new Submission(null, SubmissionOutcome.TooMany));
        var held = others >= job.Share.UnderWay;
        return Task.FromResult(new Submission(rows[job.Id] = job.AcceptedAt(clock.GetUtcNow(), held), SubmissionOutcome.Created));
    }

    public Task<Job?> Read(Guid id, CancellationToken token) =>
        Task.FromResult(rows.TryGetValue(id, out var row) ? row with { Now = clock.GetUtcNow() } : null);

    public async Task<Job?> Find(string tenant, Guid id, CancellationToken token) =>
        await Read(id, token) is { } row && row.Tenant == tenant ? row : null;

    public Task<Job?> Apply(JobChange change, CancellationToken token)
    {
        var id = change.From.Id;
        if (!rows.TryGetValue(id, out var row) || row.Version != change.From.Version
            || (change.WaitsForConversation && Waiting(row).Any(other => UuidOrder.Instance.Compare(other.Id, id) < 0)))
            return Task.FromResult<Job?>(null);
        var written = rows[id] = change.WrittenAt(clock.GetUtcNow());
        var next = change.Ends
            ? Waiting(written).Where(other => !other.Held && UuidOrder.Instance.Compare(other.Id, id) > 0)
                .MinBy(other => other.Id, UuidOrder.Instance)
            : null;
        return Task.FromResult<Job?>(next is null ? written : written with { Successor = new WaitingJob(next.Id, next.Attempt) });
    }

    public Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        return Change(Unfinished.Where(job => job.DueAt <= now).OrderBy(job => job.DueAt).Take(limit), job => job, visibilityTimeout);
    }

    public Task<IReadOnlyList<Job>> Release(int level, TimeSpan dueIn, CancellationToken token) => Change(
        Unfinished.GroupBy(job => job.Tenant)
            .SelectMany(own => own.OrderBy(job => job.Held).ThenBy(job => job.ReplayId is not null).ThenBy(job => job.Id, UuidOrder.Instance)
                .Take(level))
            .Where(job => job.Held),
        job => job with { Held = false }, dueIn);

    public Task<IReadOnlyList<TenantLoad>> Loads(CancellationToken token) => Task.FromResult<IReadOnlyList<TenantLoad>>(
    [
        .. Unfinished.GroupBy(job => job.Tenant)
            .Select(own => new TenantLoad(
                own.Count(), own.Count(job => job.Status == JobStatus.Queued), own.Count(job => job.Held),
                own.Where(job => job.ReplayId is null).Select(job => clock.GetUtcNow() - job.QueuedAt).DefaultIfEmpty().Max())),
    ]);

    public Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token) =>
        throw new NotSupportedException();

    public Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token) => throw new NotSupportedException();

    public Task<int> CountFinished(TimeSpan within, CancellationToken token) => throw new NotSupportedException();

    public Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token) => throw new NotSupportedException();

    private IEnumerable<Job> Unfinished => rows.Values.Where(job => !job.Status.IsFinished());

    private IEnumerable<Job> Waiting(Job row) => Unfinished.Where(other => other.ConversationId == row.ConversationId && other.Tenant == row.Tenant);

    private Task<IReadOnlyList<Job>> Change(IEnumerable<Job> chosen, Func<Job, Job> change, TimeSpan dueIn)
    {
        var now = clock.GetUtcNow();
        return Task.FromResult<IReadOnlyList<Job>>(
        [
            .. chosen.ToList().Select(job => rows[job.Id] = change(job) with
            {
                Version = job.Version + 1,
                Now = now,
                DueAt = now + dueIn < job.DeadlineAt ? now + dueIn : job.DeadlineAt,
            }),
        ]);
    }
}
