using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// All rules of a job as pure functions of its row: what an event changes, and which messages follow. There is no I/O. The only clock is the
/// ledger's; the row contains its time at the read. The set of tools is a parameter. docs/job-states.md is generated from this class.
/// </summary>
public static class JobMachine
{
    public static JobDecision Decide(Job job, JobEvent happened, ToolSet tools) => happened switch
    {
        JobEvent.Requeued requeued => Requeue(job, requeued),
        _ when job.Status.IsFinished() => No(Refusal.HasEnded),
        JobEvent.Cancelled => End(job, JobStatus.Cancelled, null),
        JobEvent.BecameDue due => Repaired(job, due.Limits, tools),
        _ when AttemptOf(happened) != job.Attempt => No(Refusal.StaleAttempt),
        JobEvent.Claimed claimed => Claim(job, claimed),
        JobEvent.LeaseRenewed renewed => Renew(job, renewed),
        JobEvent.Planned planned => Plan(job, planned, tools),
        JobEvent.WaveStarted started => StartWave(job, started, tools),
        JobEvent.ToolFinished finished => FinishTool(job, finished),
        JobEvent.Answered answered => Answer(job, answered),
        JobEvent.Ended ended => End(job, ended.Status, ended.Error),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "Unknown event."),
    };

    /// <summary>Returns the messages that follow a step, from the row as written.</summary>
    public static IReadOnlyList<Command> CommandsAfter(JobDecision.Step step, Job written, ToolSet tools) =>
        step.Change.Ends ? AfterEnd(written)
        : step.SendsStage ? [.. CommandsOf(written, tools, step.Inline)]
        : [];

    /// <summary>Returns the messages that continue a job from its stage.</summary>
    public static IEnumerable<Command> CommandsOf(Job job, ToolSet tools, Tool? except = null) => job.Stage switch
    {
        JobStage.Intake => [new PrepareQuestion(job.Id, job.Attempt)],
        JobStage.Tools => job.Pending.Where(tool => tool != except).Select(tools.Find).OfType<ToolDescriptor>()
            .Select(tool => tool.Command(job.Id, job.Attempt)),
        JobStage.Answer => [new ComposeAnswer(job.Id, job.Attempt)],
        _ => throw new ArgumentOutOfRangeException(nameof(job), job.Stage, "Unknown stage."),
    };

    /// <summary>
    /// True if the job can be answered without this tool. Every tool of a second wave is optional. So is a tool that this program does not have.
    /// </summary>
    public static bool IsOptional(JobPlan plan, Tool tool, ToolSet tools) => plan.Wave > 1 || tools.Find(tool) is not { IsOptional: false };

    /// <summary>
    /// Returns the plan's second wave, if the first wave found no good match and there is time for another. Null: the answer is written.
    /// </summary>
    public static JobPlan? SecondWave(Job job, JobLimits limits, ToolSet tools) =>
        job is { Stage: JobStage.Answer, Plan: { Wave: 1, Second: not null } plan } && job.Left > limits.Wave * 2
            && !tools.Any(tool => tool.HasFoundEnough(job.Results))
            ? plan with { Wave = 2 }
            : null;

    private static int AttemptOf(JobEvent happened) => happened switch
    {
        JobEvent.Claimed claimed => claimed.Attempt,
        JobEvent.LeaseRenewed renewed => renewed.Attempt,
        JobEvent.Planned planned => planned.Attempt,
        JobEvent.WaveStarted started => started.Attempt,
        JobEvent.ToolFinished finished => finished.Attempt,
        JobEvent.Answered answered => answered.Attempt,
        JobEvent.Ended ended => ended.Attempt,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "This event has no attempt."),
    };

    private static JobDecision Claim(Job job, JobEvent.Claimed claimed)
    {
        if (job.Stage != claimed.Stage)
            return No(Refusal.OtherStage);
        if (job.Now >= job.DeadlineAt)
            return No(Refusal.DeadlinePassed);
        if (job.ClaimedBy is not null && !claimed.TakesOver)
            return No(Refusal.OtherWorker);
        if (job.ClaimedBy is not null && job.AttemptsUsed >= claimed.Limits.Attempts)
            return No(Refusal.AttemptsUsed);
        var change = Begin(job, job with
        {
            ClaimedBy = claimed.Worker,
            Attempt = job.ClaimedBy is null ? job.Attempt : job.Attempt + 1,
        });
        return new JobDecision.Step(change with { DueIn = claimed.Limits.Lease });
    }

    private static JobDecision Renew(Job job, JobEvent.LeaseRenewed renewed) => job.ClaimedBy == renewed.Worker
        ? new JobDecision.Step(new JobChange(job, job) { DueIn = renewed.Limits.Lease })
        : No(Refusal.OtherWorker);

    private static JobDecision Plan(Job job, JobEvent.Planned planned, ToolSet set)
    {
        if (job.Stage != JobStage.Intake)
            return No(Refusal.OtherStage);
        if (job.ClaimedBy != planned.Worker)
            return No(Refusal.OtherWorker);
        var tools = planned.Plan.Tools();
        var change = Begin(job, job with
        {
            Plan = planned.Plan,
            Pending = tools,
            Degraded = [.. job.Degraded, .. planned.Degraded],
            ClaimedBy = null,
            Stage = tools.Count == 0 ? JobStage.Answer : JobStage.Tools,
        });
        return new JobDecision.Step(
            change with
            {
                Now = change.Now | JobTimes.Tools | JobTimes.Wave | (tools.Count == 0 ? JobTimes.Answer : JobTimes.None),
                DueIn = WaveOf(planned.Plan, planned.Limits, set),
            },
            SendsStage: true)
        { Inline = planned.Inline };
    }

    /// <summary>
    /// Goes back from the answer stage to the tools under a new attempt, so that late reports of the previous wave do not count. The new attempt
    /// does not count against the job's maximum.
    /// </summary>
    private static JobDecision StartWave(Job job, JobEvent.WaveStarted started, ToolSet tools) => job.Stage != JobStage.Answer
        ? No(Refusal.OtherStage)
        : new JobDecision.Step(
            new JobChange(job, job with
            {
                Plan = started.Plan,
                Pending = started.Plan.Tools(),
                Stage = JobStage.Tools,
                AnswerAt = null,
                ClaimedBy = null,
                Attempt = job.Attempt + 1,
                FirstAttempt = job.FirstAttempt + 1,
            })
            {
                Now = JobTimes.Wave,
                DueIn = WaveOf(started.Plan, started.Limits, tools),
            },
            SendsStage: true);

    private static JobDecision FinishTool(Job job, JobEvent.ToolFinished finished)
    {
        if (job.Stage != JobStage.Tools || !job.Pending.Contains(finished.Tool))
            return No(Refusal.NotPending);
        var reported = job with
        {
            Results = finished.Result is { } found ? job.Results.With(finished.Tool, found) : job.Results,
            Degraded = finished.Degraded is { } reason ? [.. job.Degraded, reason] : job.Degraded,
        };
        return Without(job, reported, [finished.Tool], finished.Inline, finished.Limits);
    }

    private static JobDecision Answer(Job job, JobEvent.Answered answered) => job.Stage != JobStage.Answer
        ? No(Refusal.OtherStage)
        : new JobDecision.Step(
            new JobChange(job, job with
            {
                Status = JobStatus.Answered,
                ClaimedBy = null,
                Answer = answered.Answer,
                Degraded = [.. job.Degraded, .. answered.Degraded],
            })
            {
                Cites = [.. answered.Answer.Citations.Select(citation => citation.DocumentId).OfType<Guid>().Distinct()],
            });

    private static JobDecision.Step End(Job job, JobStatus status, ChatError? error) =>
        new(new JobChange(job, job with { Status = status, ClaimedBy = null, Error = error }));

    /// <summary>Repairs a job that is due.</summary>
    private static JobDecision Repaired(Job job, JobLimits limits, ToolSet tools)
    {
        if (job.Now >= job.DeadlineAt)
            return Gave(
                Repair.Expire, JobStatus.Expired, ErrorCode.DeadlineExceeded, "The question could not be answered in time. It can be asked again.");
        if (job.ClaimedBy is not null && job.AttemptsUsed >= limits.Attempts)
            return Gave(
                Repair.GiveUp, JobStatus.Failed, ErrorCode.AttemptsExhausted,
                $"Every one of {job.AttemptsUsed} workers stopped while it had this question.");
        if (job.ClaimedBy is not null)
            return new JobDecision.Step(
                new JobChange(job, job with { Attempt = job.Attempt + 1, ClaimedBy = null }) { DueIn = limits.EnqueueGrace }, SendsStage: true)
            { Repair = Repair.StartAttempt };

        var again = Later(job, limits);
        var optional = job.Stage == JobStage.Tools ? job.Pending.Where(tool => IsOptional(job.Plan!, tool, tools)).ToList() : [];
        if (optional.Count == 0)
            return new JobDecision.Step(new JobChange(job, job with { Held = false }) { DueIn = again }, SendsStage: true)
            {
                Repair = Repair.SendAgain,
            };
        var late = optional.Select(tool => $"{tool}: {tools.Find(tool)?.LateText ?? "this version does not have it"}");
        var skipped = job with { Degraded = [.. job.Degraded, .. late] };
        var step = Without(job, skipped, optional, inline: null, limits);
        return step with { Repair = Repair.SkipTools, Change = step.Change with { DueIn = step.Change.DueIn ?? again } };

        JobDecision Gave(Repair repair, JobStatus status, string code, string message) =>
            End(job, status, new ChatError(code, message)) with { Repair = repair };
    }

    /// <summary>
    /// Queues the job again with a new deadline of the original length. It is held until its tenant has room for it. A job that no worker has begun
    /// is only sent again, or stays held.
    /// </summary>
    private static JobDecision Requeue(Job job, JobEvent.Requeued requeued) => job.Status switch
    {
        _ when job.ReplayId == requeued.Replay => No(Refusal.IsRequeued),
        JobStatus.Queued when job.Held => new JobDecision.Step(new JobChange(job, job with { ReplayId = requeued.Replay })),
        JobStatus.Queued => new JobDecision.Step(
            new JobChange(job, job with { ReplayId = requeued.Replay }) { DueIn = requeued.Limits.EnqueueGrace }, SendsStage: true),
        JobStatus.Failed or JobStatus.Expired => new JobDecision.Step(
            new JobChange(job, job with
            {
                Status = JobStatus.Queued,
                Stage = JobStage.Intake,
                Attempt = job.Attempt + 1,
                FirstAttempt = job.Attempt + 1,
                Pending = [],
                Plan = null,
                Results = new ToolResults(),
                Degraded = [],
                Error = null,
                StartedAt = null,
                ToolsAt = null,
                WaveAt = null,
                AnswerAt = null,
                FinishedAt = null,
                ReplayId = requeued.Replay,
                Held = true,
                EarlierEnds = [.. job.EarlierEnds, JobEnd.Of(job)],
            })
            {
                Now = JobTimes.Queued,
                RestartsDeadline = true,
                DueIn = job.DeadlineAt - job.QueuedAt,
            }),
        _ => No(job.Status.IsFinished() ? Refusal.HasEnded : Refusal.HasNotFailed),
    };

    /// <summary>Stops waiting for some tools. Without the last one the answer stage begins.</summary>
    private static JobDecision.Step Without(Job job, Job reported, IReadOnlyList<Tool> tools, string? inline, JobLimits limits)
    {
        var pending = job.Pending.Except(tools).ToList();
        if (pending.Count > 0)
            return new JobDecision.Step(new JobChange(job, reported with { Pending = pending }));
        return new JobDecision.Step(
            new JobChange(job, reported with { Pending = [], Stage = JobStage.Answer, ClaimedBy = inline })
            {
                Now = JobTimes.Answer,
                DueIn = inline is null ? limits.EnqueueGrace : limits.Lease,
            },
            SendsStage: inline is null);
    }

    /// <summary>Begins a queued job. A job waits for earlier jobs of its conversation; the first one waits for none.</summary>
    private static JobChange Begin(Job job, Job begun) => new(job, begun with { Status = JobStatus.Running, Held = false })
    {
        Now = job.StartedAt is null ? JobTimes.Started : JobTimes.None,
        WaitsForConversation = job.Status == JobStatus.Queued && !job.StartsConversation,
    };

    /// <summary>Sends the conversation's next job and, if the caller asked for one, the webhook.</summary>
    private static IReadOnlyList<Command> AfterEnd(Job job) =>
    [
        .. job.Successor is { } next ? [new PrepareQuestion(next.Id, next.Attempt)] : Array.Empty<Command>(),
        .. job.Options.CallbackUrl is not null ? [new DeliverWebhook(job.Id)] : Array.Empty<Command>(),
    ];

    /// <summary>When the sweeper checks a new wave. Only optional tools can be skipped early.</summary>
    private static TimeSpan WaveOf(JobPlan plan, JobLimits limits, ToolSet tools) =>
        plan.Tools().Any(tool => IsOptional(plan, tool, tools)) ? limits.Wave : limits.EnqueueGrace;

    /// <summary>Doubles the interval within a stage, so that repeated messages do not lengthen a long queue.</summary>
    private static TimeSpan Later(Job job, JobLimits limits)
    {
        var waited = job.Now - (job.AnswerAt ?? job.WaveAt ?? job.QueuedAt);
        return waited > limits.EnqueueGrace ? waited : limits.EnqueueGrace;
    }

    private static JobDecision.Refused No(Refusal why) => new(why);
}
