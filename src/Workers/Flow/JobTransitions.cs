using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

/// <summary>
/// A transition and what follows from it: commit first, then send what <see cref="JobFlow"/> says. A crash between the two
/// leaves a row that is due, which the sweeper finds; a transition that the ledger's fence held off sends nothing.
/// </summary>
/// <param name="send">Sends commands, or gives up soon; see <see cref="Dispatcher"/>.</param>
public sealed partial class JobTransitions(IJobLedger ledger, SendCommands send, LivePolicy policy, ILogger<JobTransitions> log)
{
    /// <summary>Write a question down, and send it on its way.</summary>
    /// <inheritdoc cref="Record"/>
    public async Task<Submission> Submit(
        string tenant, string? conversation, string question, JobOptions options, TimeSpan? lifetime, string? idempotencyKey, byte[] requestHash,
        CancellationToken token)
    {
        var submission = await Record(tenant, conversation, question, options, lifetime, idempotencyKey, requestHash, token);
        await Announce(submission);
        return submission;
    }

    /// <summary>Write a question down; <see cref="Announce"/> follows.</summary>
    /// <param name="conversation">Null: it begins one, which then has the job's id.</param>
    /// <param name="lifetime">From acceptance to deadline; null for the usual.</param>
    public Task<Submission> Record(
        string tenant, string? conversation, string question, JobOptions options, TimeSpan? lifetime, string? idempotencyKey, byte[] requestHash,
        CancellationToken token)
    {
        var (limits, id) = (policy.Now, Guid.CreateVersion7());
        return ledger.Submit(
            new NewJob(
                id, tenant, conversation ?? id.ToString(), question, options, idempotencyKey, requestHash, lifetime ?? limits.Job.Deadline,
                limits.Job.EnqueueGrace, limits.Admission.Share),
            token);
    }

    /// <summary>Send what was written down, if it is new.</summary>
    public async Task Announce(Submission submission)
    {
        if (submission is not { Outcome: SubmissionOutcome.Created, Job: { } created })
            return;
        FailPoint.Reach(FailPoint.AfterAcceptance);
        LogAccepted(created.Id);
        NavigatorMeter.JobsAccepted.Add(1);
        await Follow(created, JobEvent.Accepted);
    }

    public async Task Plan(Job job, JobPlan plan, IReadOnlyList<string> degraded, CancellationToken token) =>
        await Follow(await ledger.Plan(JobKey.Of(job), plan, degraded, JobFlow.WaveOf(plan, policy.Now.Job), token), JobEvent.Planned);

    /// <summary>Begin another wave of tools instead of an answer.</summary>
    public async Task StartWave(Job job, JobPlan plan, CancellationToken token) =>
        await Follow(await ledger.StartWave(JobKey.Of(job), plan, JobFlow.WaveOf(plan, policy.Now.Job), token), JobEvent.Planned);

    /// <summary>Report what a tool found.</summary>
    /// <param name="next">Who goes on in place if it was the last; null: its message is sent.</param>
    /// <returns>The job as it then is; null when the report came too late.</returns>
    public Task<Job?> Finish(Job job, DocumentsResult found, StageClaim? next, CancellationToken token) => FinishTool(job, Tool.Documents, found, null, next, token);

    /// <inheritdoc cref="Finish(Job, DocumentsResult, StageClaim?, CancellationToken)"/>
    public Task<Job?> Finish(Job job, WebSearchResult found, StageClaim? next, CancellationToken token) => FinishTool(job, Tool.WebSearch, found, null, next, token);

    /// <summary>Go on without a tool.</summary>
    public Task<Job?> Skip(Job job, Tool tool, string reason, CancellationToken token) => FinishTool(job, tool, null, reason, null, token);

    /// <summary>A tool failed for good: go on without it where that is possible, else the job has failed.</summary>
    public Task Fail(Job job, Tool tool, ChatError error, CancellationToken token) => JobFlow.IsOptional(job.Plan!, tool)
        ? Skip(job, tool, error.Message.TrimEnd('.'), token)
        : End(job, JobStatus.Failed, error, token);

    /// <param name="degraded">What the answer had to do without.</param>
    public async Task Answer(Job job, ChatAnswer answer, IReadOnlyList<string> degraded, CancellationToken token)
    {
        var answered = await ledger.Answer(JobKey.Of(job), answer, degraded, token);
        FailPoint.Reach(FailPoint.AfterCommit);
        if (answered is null)
            return;
        LogEnded(answered.Id, answered.Status, answered.Attempt);
        Count(answered);
        await Follow(answered, JobEvent.Ended);
    }

    /// <summary>End a job at its owner's wish. Returns it as it then is; null when there is none.</summary>
    public async Task<Job?> Cancel(string tenant, Guid id, CancellationToken token)
    {
        var job = await ledger.Cancel(tenant, id, token);
        await Follow(job, JobEvent.Ended);
        return job;
    }

    /// <summary>Send jobs that a replay has queued again.</summary>
    public Task Resend(IReadOnlyList<Job> requeued) => Task.WhenAll(requeued.Select(job => Follow(job, JobEvent.Replayed)));

    /// <summary>End a job as refused, failed or expired.</summary>
    public async Task End(Job job, JobStatus status, ChatError error, CancellationToken token)
    {
        if (await ledger.End(JobKey.Of(job), status, error, token) is { } ended)
        {
            LogEndedBadly(ended.Id, ended.Status, error.Code, ended.Attempt);
            Count(ended);
            await Follow(ended, JobEvent.Ended);
        }
    }

    /// <summary>What follows when a job has been due.</summary>
    public async Task WhenDue(Job job, CancellationToken token)
    {
        var step = JobFlow.WhenDue(job, policy.Now.Job);
        NavigatorMeter.JobsRepaired.Add(1, KeyValuePair.Create("step", (object?)step.GetType().Name));
        switch (step)
        {
            case DueStep.Expire expire:
                await End(job, JobStatus.Expired, expire.Error, token);
                break;
            case DueStep.GiveUp give:
                await End(job, JobStatus.Failed, give.Error, token);
                break;
            case DueStep.StartAttempt start:
                LogLeaseOver(job.Id, job.Attempt, job.ClaimedBy);
                await Follow(await ledger.StartAttempt(job, start.LookAgainIn, token), JobEvent.AttemptStarted);
                break;
            case DueStep.SkipTools skip:
                Job? now = job;
                foreach (var tool in skip.Tools)
                    now = now is null ? null : await Skip(now, tool, skip.Reason, token);
                if (now?.Stage == JobStage.Tools)
                    await ledger.Rearm(now, skip.LookAgainIn, token);
                break;
            case DueStep.SendAgain again:
                if (await ledger.Rearm(job, again.LookAgainIn, token) is not null)
                    await send(again.Messages, job.Express, token);
                break;
        }
    }

    private async Task<Job?> FinishTool(Job job, Tool tool, object? result, string? reason, StageClaim? next, CancellationToken token)
    {
        var degraded = reason is null ? null : $"{NameOf(tool)}: {reason}";
        var finished = await ledger.FinishTool(JobKey.Of(job), tool, result, degraded, policy.Now.Job.EnqueueGrace, next, token);
        await Follow(finished, JobEvent.ToolFinished);
        return finished;
    }

    private async Task Follow(Job? job, JobEvent happened)
    {
        // Without the caller's token: it is committed, and a caller who has left must not keep it from going on. Sending has
        // a limit of its own.
        if (job is not null && JobFlow.After(job, happened) is { Count: > 0 } messages)
            await send(messages, happened == JobEvent.Ended ? job.Successor?.Express ?? false : job.Express, CancellationToken.None);
    }

    private void Count(Job ended)
    {
        NavigatorMeter.JobsEnded.Add(1, KeyValuePair.Create("status", (object?)ended.Status.ToString()), KeyValuePair.Create("code", (object?)(ended.Error?.Code ?? "")));
        Measure("queue", ended.QueuedAt, ended.StartedAt, null);
        Measure("intake", ended.StartedAt, ended.ToolsAt, null);
        Measure("tools", ended.ToolsAt, ended.AnswerAt, policy.Now.Job.ToolsTarget);
        Measure("answer", ended.AnswerAt, ended.FinishedAt, null);
        Measure("all", ended.QueuedAt, ended.FinishedAt, policy.Now.Job.Target);
    }

    private static void Measure(string part, DateTimeOffset? from, DateTimeOffset? to, TimeSpan? target)
    {
        if (to - from is not { Ticks: >= 0 } took)
            return; // it did not get so far, or this part belongs to a run before its replay
        var tag = KeyValuePair.Create("part", (object?)part);
        NavigatorMeter.JobSeconds.Record(took.TotalSeconds, tag);
        if (took > target)
            NavigatorMeter.JobsLate.Add(1, tag);
    }

    /// <summary>As it stands in <c>degraded</c> on HTTP.</summary>
    private static string NameOf(Tool tool) => tool == Tool.WebSearch ? "web_search" : "documents";

    [LoggerMessage(Level = LogLevel.Debug, Message = "Job {JobId} accepted")]
    private partial void LogAccepted(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} {Status} in attempt {Attempt}")]
    private partial void LogEnded(Guid jobId, JobStatus status, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} {Status} ({Code}) in attempt {Attempt}")]
    private partial void LogEndedBadly(Guid jobId, JobStatus status, string code, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId}: worker {Worker} let the lease of attempt {Attempt} run out; a new attempt begins")]
    private partial void LogLeaseOver(Guid jobId, int attempt, string? worker);
}
