using System.Data.Common;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Storage;
using Navigator.Storage.Ledger;
using Polly;
using Polly.Retry;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Applies events to jobs: commits the change first, then sends the commands that <see cref="JobMachine"/> returns. A crash in between leaves a
/// row that is due, so the sweeper sends the commands. An event that changes nothing sends nothing.
/// </summary>
/// <param name="send">Sends commands, or gives up after a short time; see <see cref="Dispatcher"/>.</param>
public sealed partial class JobTransitions(
    IJobLedger ledger, SendCommands send, FairShare share, LivePolicy policy, ToolSet tools, ILogger<JobTransitions> log)
{
    /// <summary>The parts of the flow, apart from tools, that a note of <c>degraded</c> may name.</summary>
    private static readonly string[] Agents = ["translation", "screening", "planning", "answer"];

    private readonly JobUpdater updater = new(ledger, tools);

    /// <summary>
    /// Results of models and searches have been paid for. If the database is unavailable, the worker keeps the result for about two minutes and
    /// writes it when the database is back. A retry of the message would call the model again.
    /// </summary>
    private static readonly ResiliencePipeline KeepTrying = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<DbException>(PassingFailure.Is),
        MaxRetryAttempts = 30,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(5),
    }).Build();

    /// <summary>Records a question and dispatches it.</summary>
    /// <inheritdoc cref="Record"/>
    public async Task<Submission> Submit(
        string tenant, string? conversation, string question, JobOptions options, TimeSpan? lifetime, string? idempotencyKey, byte[] requestHash,
        CancellationToken token)
    {
        var submission = await Record(tenant, conversation, question, options, lifetime, idempotencyKey, requestHash, token);
        await Dispatch(submission);
        return submission;
    }

    /// <summary>Records a question. The caller then calls <see cref="Dispatch"/>.</summary>
    /// <param name="conversation">Null: the job begins a conversation, which gets the job's id.</param>
    /// <param name="lifetime">From acceptance to deadline; null: the default.</param>
    public Task<Submission> Record(
        string tenant, string? conversation, string question, JobOptions options, TimeSpan? lifetime, string? idempotencyKey, byte[] requestHash,
        CancellationToken token)
    {
        var (limits, id) = (policy.Now, Guid.CreateVersion7());
        return ledger.Submit(
            new NewJob(
                id, tenant, conversation ?? id.ToString(), question, options with { Trace = NavigatorTrace.Context }, idempotencyKey, requestHash,
                lifetime ?? limits.Job.Deadline, limits.Job.EnqueueGrace, new TenantShare(limits.Admission.TenantUnfinished, share.Level)),
            token);
    }

    /// <summary>Dispatches a recorded question if it is new and not held.</summary>
    public async Task Dispatch(Submission submission)
    {
        if (submission is not { Outcome: SubmissionOutcome.Created, Job: { } created })
            return;
        FailPoint.Reach(FailPoint.AfterAcceptance);
        LogAccepted(created.Id);
        NavigatorMeter.JobsAccepted.Add(1);
        if (!created.Held)
            await send([.. JobMachine.CommandsOf(created, tools)], CancellationToken.None);
    }

    /// <summary>Dispatches jobs that are no longer held.</summary>
    public Task SendReleased(IReadOnlyList<Job> released) => Task.WhenAll(released.Select(async job =>
    {
        using var span = NavigatorTrace.Start("held", job, since: job.QueuedAt);
        await send([.. JobMachine.CommandsOf(job, tools)], CancellationToken.None);
    }));

    /// <summary>Claims a stage for a worker. Returns null if the message is stale.</summary>
    /// <param name="takesOver">The broker redelivered the message, so the previous worker has lost the lease.</param>
    public Task<Job?> Claim(Job job, int attempt, JobStage stage, string worker, bool takesOver, CancellationToken token) =>
        Happened(job, new JobEvent.Claimed(attempt, stage, worker, takesOver, policy.Now.Job), token);

    /// <summary>Renews the lease. Returns null if the worker no longer holds the job: cancelled, expired or taken over.</summary>
    public Task<Job?> Renew(Job job, string worker, CancellationToken token) =>
        Happened(job, new JobEvent.LeaseRenewed(job.Attempt, worker, policy.Now.Job), token);

    /// <param name="inline">The tool that this worker runs as an inline continuation; null: every tool gets its message.</param>
    public Task<Job?> Plan(Job job, JobPlan plan, IReadOnlyList<string> degraded, Tool? inline, CancellationToken token) =>
        Happened(job, new JobEvent.Planned(job.Attempt, job.ClaimedBy, plan, degraded, inline, policy.Now.Job), token);

    /// <summary>Starts another wave of tools instead of the answer.</summary>
    public Task StartWave(Job job, JobPlan plan, CancellationToken token) =>
        Happened(job, new JobEvent.WaveStarted(job.Attempt, plan, policy.Now.Job), token);

    /// <summary>Records a tool's result.</summary>
    /// <param name="inline">The worker that continues inline with the answer stage if this was the last tool; null: the message is sent.</param>
    /// <returns>The job as written; null if the report is stale.</returns>
    public Task<Job?> Finish(Job job, Tool tool, ToolResult found, string? inline, CancellationToken token) =>
        Happened(job, new JobEvent.ToolFinished(job.Attempt, tool, found, null, inline, policy.Now.Job), token);

    /// <summary>Skips a tool.</summary>
    public Task Skip(Job job, Tool tool, string reason, CancellationToken token) =>
        Happened(job, new JobEvent.ToolFinished(job.Attempt, tool, null, $"{tool}: {reason}", null, policy.Now.Job), token);

    /// <summary>Handles a tool's permanent failure: skips an optional tool, else fails the job.</summary>
    public Task Fail(Job job, Tool tool, ChatError error, CancellationToken token) => JobMachine.IsOptional(job.Plan!, tool, tools)
        ? Skip(job, tool, error.Message.TrimEnd('.'), token)
        : End(job, JobStatus.Failed, error, token);

    /// <param name="degraded">What is missing from the answer.</param>
    public Task Answer(Job job, JobAnswer answer, IReadOnlyList<string> degraded, CancellationToken token) =>
        Happened(job, new JobEvent.Answered(job.Attempt, answer, degraded), token);

    /// <summary>Ends a job as refused or failed.</summary>
    public Task End(Job job, JobStatus status, ChatError error, CancellationToken token) =>
        Happened(job, new JobEvent.Ended(job.Attempt, status, error), token);

    /// <summary>Cancels a job for its owner. Returns the job, also if it had ended before; null if there is none.</summary>
    public async Task<Job?> Cancel(string tenant, Guid id, CancellationToken token) =>
        await ledger.Find(tenant, id, token) is not { } job ? null
        : await Happened(job, new JobEvent.Cancelled(), token) ?? await ledger.Find(tenant, id, token);

    /// <summary>Queues a job again for a replay. Returns true also if this replay had queued it before.</summary>
    public async Task<bool> Requeue(Job job, Guid replay, CancellationToken token) =>
        job.ReplayId == replay || await Happened(job, new JobEvent.Requeued(replay, policy.Now.Job), token) is not null;

    /// <summary>Repairs a job that is due.</summary>
    public async Task WhenDue(Job job, CancellationToken token)
    {
        using var span = NavigatorTrace.Start("sweep", job);
        await Happened(job, new JobEvent.BecameDue(policy.Now.Job), token);
    }

    private async Task<Job?> Happened(Job job, JobEvent happened, CancellationToken token)
    {
        if (await Write(job, happened, token) is not var (step, written))
            return null;
        if (happened is JobEvent.Answered)
            FailPoint.Reach(FailPoint.AfterCommit);
        if (step.Repair != Repair.None)
            NavigatorMeter.JobsRepaired.Add(1, KeyValuePair.Create("step", (object?)step.Repair.ToString()));
        if (step.Repair == Repair.StartAttempt)
            LogLeaseOver(job.Id, step.Change.From.Attempt, step.Change.From.ClaimedBy);
        if (step.Change.Ends)
        {
            if (written.Error is { } error)
            {
                LogEndedBadly(written.Id, written.Status, error.Code, written.Attempt);
                NavigatorTrace.Fail(error.Code);
            }
            else
                LogEnded(written.Id, written.Status, written.Attempt);
            Count(written);
        }
        // Without the caller's token: the change is committed, and the job must go on if the caller has left. Sending has its own time limit.
        if (JobMachine.CommandsAfter(step, written, tools) is { Count: > 0 } commands)
            await send(commands, CancellationToken.None);
        return written;
    }

    private async Task<Update?> Write(Job job, JobEvent happened, CancellationToken token) =>
        happened is JobEvent.Planned or JobEvent.ToolFinished or JobEvent.Answered
            ? await KeepTrying.ExecuteAsync(async tried => await updater.Apply(job, happened, tried), token)
            : await updater.Apply(job, happened, token);

    private void Count(Job ended)
    {
        NavigatorMeter.JobsEnded.Add(1, KeyValuePair.Create("status", (object?)ended.Status.ToString()),
            KeyValuePair.Create("code", (object?)(ended.Error?.Code ?? "")));
        NavigatorMeter.JobAttempts.Record(ended.AttemptsUsed);
        foreach (var note in ended.Degraded)
            NavigatorMeter.JobsDegraded.Add(1, KeyValuePair.Create("part", (object?)PartOf(note)));
        Measure("queue", ended.QueuedAt, ended.StartedAt, null);
        Measure("intake", ended.StartedAt, ended.ToolsAt, null);
        Measure("tools", ended.ToolsAt, ended.AnswerAt, policy.Now.Job.ToolsTarget);
        Measure("answer", ended.AnswerAt, ended.FinishedAt, null);
        Measure("all", ended.QueuedAt, ended.FinishedAt, policy.Now.Job.Target);
    }

    /// <summary>A note begins with the part that is missing and a colon: "web_search: …". The rest is for people and may be anything.</summary>
    private string PartOf(string note)
    {
        var part = note.Split(':', 2)[0];
        return tools.Any(tool => tool.Name.Name == part) || Agents.Contains(part) ? part : "other";
    }

    private static void Measure(string part, DateTimeOffset? from, DateTimeOffset? to, TimeSpan? target)
    {
        if (to - from is not { Ticks: >= 0 } took)
            return; // the stage was not reached, or its times are from before a replay
        var tag = KeyValuePair.Create("part", (object?)part);
        NavigatorMeter.JobSeconds.Record(took.TotalSeconds, tag);
        if (took > target)
            NavigatorMeter.JobsLate.Add(1, tag);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Job {JobId} accepted")]
    private partial void LogAccepted(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} {Status} in attempt {Attempt}")]
    private partial void LogEnded(Guid jobId, JobStatus status, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} {Status} ({Code}) in attempt {Attempt}")]
    private partial void LogEndedBadly(Guid jobId, JobStatus status, string code, int attempt);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Job {JobId}: the lease of worker {Worker} in attempt {Attempt} ran out. A new attempt begins")]
    private partial void LogLeaseOver(Guid jobId, int attempt, string? worker);
}
