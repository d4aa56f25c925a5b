using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;

namespace Navigator.Storage.Tests;

/// <summary>A job and the attempt that a message carried.</summary>
public readonly record struct JobKey(Guid Id, int Attempt)
{
    public static JobKey Of(Job job) => new(job.Id, job.Attempt);
}

/// <summary>The steps of a job as workers, owners and sweepers make them: read, decided by the job machine, written by the ledger under
/// test.</summary>
internal static class LedgerSteps
{
    public static Task<Job?> Claim(
        this IJobLedger ledger, JobKey key, JobStage stage, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token) =>
        ledger.Happened(key.Id, new JobEvent.Claimed(key.Attempt, stage, worker, takeOver, Limits(lease, maxAttempts)), token);

    public static async Task<bool> Renew(this IJobLedger ledger, JobKey key, string worker, TimeSpan lease, CancellationToken token) =>
        await ledger.Happened(key.Id, new JobEvent.LeaseRenewed(key.Attempt, worker, Limits(lease)), token) is not null;

    /// <summary>By the worker that holds the lease, if any does.</summary>
    public static async Task<Job?> Plan(
        this IJobLedger ledger, JobKey key, JobPlan plan, IReadOnlyList<string> degraded, TimeSpan dueIn, CancellationToken token) =>
        await ledger.Read(key.Id, token) is { } job
            ? await ledger.Happened(key.Id, new JobEvent.Planned(key.Attempt, job.ClaimedBy, plan, degraded, null, Limits(dueIn)), token)
            : null;

    public static Task<Job?> StartWave(this IJobLedger ledger, JobKey key, JobPlan plan, TimeSpan dueIn, CancellationToken token) =>
        ledger.Happened(key.Id, new JobEvent.WaveStarted(key.Attempt, plan, Limits(dueIn)), token);

    /// <param name="inline">The worker that claims the answer stage with the last report.</param>
    public static Task<Job?> FinishTool(
        this IJobLedger ledger, JobKey key, Tool tool, ToolResult? result, string? degraded, TimeSpan dueIn, string? inline,
        CancellationToken token) =>
        ledger.Happened(key.Id, new JobEvent.ToolFinished(key.Attempt, tool, result, degraded, inline, Limits(dueIn)), token);

    public static Task<Job?> Answer(this IJobLedger ledger, JobKey key, JobAnswer answer, IReadOnlyList<string> degraded, CancellationToken token) =>
        ledger.Happened(key.Id, new JobEvent.Answered(key.Attempt, answer, degraded), token);

    public static Task<Job?> End(this IJobLedger ledger, JobKey key, JobStatus status, ChatError error, CancellationToken token) =>
        ledger.Happened(key.Id, new JobEvent.Ended(key.Attempt, status, error), token);

    public static async Task<Job?> Cancel(this IJobLedger ledger, string tenant, Guid id, CancellationToken token) =>
        await ledger.Find(tenant, id, token) is null
            ? null
            : await ledger.Happened(id, new JobEvent.Cancelled(), token) ?? await ledger.Find(tenant, id, token);

    /// <summary>What a sweeper does with a job that it took.</summary>
    public static async Task<Job?> Repair(this IJobLedger ledger, Job taken, TimeSpan dueIn, CancellationToken token, int maxAttempts = 3) =>
        (await new JobUpdater(ledger, Shipped.Tools).Apply(taken, new JobEvent.BecameDue(Limits(dueIn, maxAttempts)), token))?.Job;

    /// <summary>A replay's turn, as the replayer takes it. Returns the jobs that are queued again.</summary>
    public static async Task<IReadOnlyList<Job>> Requeue(
        this IReplayStore replays, IJobLedger ledger, ReplayRecord taken, int count, TimeSpan jobDueIn, TimeSpan lookAgainIn, CancellationToken token)
    {
        var jobs = await replays.Next(taken, count, token);
        var queued = new List<Job>();
        foreach (var job in jobs)
        {
            if (await ledger.Requeue(job, taken.Id, jobDueIn) is { } requeued)
                queued.Add(requeued);
        }
        var isOver = jobs.Count < count || taken.Replayed + queued.Count >= taken.Max;
        await replays.Record(taken, new ReplayProgress(queued.Count, lookAgainIn, isOver, jobs is [.., var last] ? last.Id : null), heldBack: false,
            token);
        return queued;
    }

    /// <summary>A replay asks a job again, as it saw it.</summary>
    public static async Task<Job?> Requeue(this IJobLedger ledger, Job seen, Guid replay, TimeSpan dueIn) =>
        (await new JobUpdater(ledger, Shipped.Tools).Apply(seen, new JobEvent.Requeued(replay, Limits(dueIn)), default))?.Job;

    private static async Task<Job?> Happened(this IJobLedger ledger, Guid id, JobEvent happened, CancellationToken token) =>
        await ledger.Read(id, token) is { } job ? (await new JobUpdater(ledger, Shipped.Tools).Apply(job, happened, token))?.Job : null;

    private static JobLimits Limits(TimeSpan every, int attempts = 3) => new()
    {
        Deadline = TimeSpan.FromMinutes(2),
        MinDeadline = TimeSpan.FromMilliseconds(100),
        MaxDeadline = TimeSpan.FromHours(1),
        Lease = every,
        Attempts = attempts,
        EnqueueGrace = every,
        Wave = every,
        ToolsTarget = TimeSpan.FromSeconds(3),
        Target = TimeSpan.FromSeconds(10),
        ContinueInline = true,
    };
}
