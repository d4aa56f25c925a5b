using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

/// <summary>
/// All rules of a job, as pure functions of its row: what an event changes, and which messages follow. No I/O, and no clock but the
/// ledger's, whose time of reading is on the row. docs/job-states.md is generated from it.
/// </summary>
public static class JobMachine
{
    public static JobDecision Decide(Job job, JobEvent happened) => happened switch
    {
        JobEvent.Requeued requeued => Requeue(job, requeued),
        _ when job.Status.IsFinished() => No(Refusal.HasEnded),
        JobEvent.Cancelled => End(job, JobStatus.Cancelled, null),
        JobEvent.BecameDue due => Repaired(job, due.Limits),
        _ when AttemptOf(happened) != job.Attempt => No(Refusal.StaleAttempt),
        JobEvent.Claimed claimed => Claim(job, claimed),
        JobEvent.LeaseRenewed renewed => Renew(job, renewed),
        JobEvent.Planned planned => Plan(job, planned),
        JobEvent.WaveStarted started => StartWave(job, started),
        JobEvent.ToolFinished finished => FinishTool(job, finished),
        JobEvent.Answered answered => Answer(job, answered),
        JobEvent.Ended ended => End(job, ended.Status, ended.Error),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "An unknown event."),
    };

    /// <summary>The messages that follow a step, from the row as it was written.</summary>
    public static IReadOnlyList<object> CommandsAfter(JobDecision.Step step, Job written) =>
        step.Change.Ends ? AfterEnd(written)
        : step.SendsStage ? [.. CommandsOf(written, step.Inline)]
        : [];

    /// <summary>The messages that bring a job on from where it stands.</summary>
    public static IEnumerable<object> CommandsOf(Job job, Tool? except = null) => job.Stage switch
    {
        JobStage.Intake => [new AnswerQuestion(job.Id, job.Attempt)],
        JobStage.Tools => job.Pending.Where(tool => tool != except).Select(tool => CommandOf(job, tool)),
        JobStage.Answer => [new ComposeAnswer(job.Id, job.Attempt)],
        _ => throw new ArgumentOutOfRangeException(nameof(job), job.Stage, "An unknown stage."),
    };

    /// <summary>May the job be answered without this tool? What a second wave finds is a gain; the first wave's documents are the point.</summary>
    public static bool IsOptional(JobPlan plan, Tool tool) => tool == Tool.WebSearch || plan.Wave > 1;

    /// <summary>
    /// Before an answer is written: the plan's second wave, when the first found nothing good enough and there is time for it.
    /// Null: write the answer.
    /// </summary>
    public static JobPlan? SecondWave(Job job, JobLimits limits) =>
        job is { Stage: JobStage.Answer, Plan: { Wave: 1, Second: not null } plan } && !HasFoundEnough(job.Results) && job.Left > limits.Wave * 2
            ? plan with { Wave = 2 }
            : null;

    private static bool HasFoundEnough(ToolResults results) =>
        results is { Documents: { Fits: true, Passages.Count: > 0 } } or { WebSearch.Pages.Count: > 0 };

    private static int AttemptOf(JobEvent happened) => happened switch
    {
        JobEvent.Claimed claimed => claimed.Attempt,
        JobEvent.LeaseRenewed renewed => renewed.Attempt,
        JobEvent.Planned planned => planned.Attempt,
        JobEvent.WaveStarted started => started.Attempt,
        JobEvent.ToolFinished finished => finished.Attempt,
        JobEvent.Answered answered => answered.Attempt,
        JobEvent.Ended ended => ended.Attempt,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "It is not reported under an attempt."),
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

    private static JobDecision Plan(Job job, JobEvent.Planned planned)
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
                DueIn = WaveOf(planned.Plan, planned.Limits),
            },
            SendsStage: true)
        { Inline = planned.Inline };
    }

    /// <summary>
    /// Back from the answer stage to the tools, under a new attempt, so that nothing which is still on its way for the wave before
    /// counts. It is not held against the attempts that the job has.
    /// </summary>
    private static JobDecision StartWave(Job job, JobEvent.WaveStarted started) => job.Stage != JobStage.Answer
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
                DueIn = WaveOf(started.Plan, started.Limits),
            },
            SendsStage: true);

    private static JobDecision FinishTool(Job job, JobEvent.ToolFinished finished)
    {
        if (job.Stage != JobStage.Tools || !job.Pending.Contains(finished.Tool))
            return No(Refusal.NotPending);
        var reported = job with
        {
            Results = finished.Result switch
            {
                DocumentsResult documents => job.Results with { Documents = documents },
                WebSearchResult web => job.Results with { WebSearch = web },
                _ => job.Results,
            },
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

    /// <summary>What a sweeper does with a job that is due.</summary>
    private static JobDecision Repaired(Job job, JobLimits limits)
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
        var optional = job.Stage == JobStage.Tools ? job.Pending.Where(tool => IsOptional(job.Plan!, tool)).ToList() : [];
        if (optional.Count == 0)
            return new JobDecision.Step(new JobChange(job, job with { Held = false }) { DueIn = again }, SendsStage: true)
            {
                Repair = Repair.SendAgain,
            };
        var skipped = job with { Degraded = [.. job.Degraded, .. optional.Select(tool => $"{NameOf(tool)}: no result in time")] };
        var step = Without(job, skipped, optional, inline: null, limits);
        return step with { Repair = Repair.SkipTools, Change = step.Change with { DueIn = step.Change.DueIn ?? again } };

        JobDecision Gave(Repair repair, JobStatus status, string code, string message) =>
            End(job, status, new ChatError(code, message)) with { Repair = repair };
    }

    /// <summary>
    /// The same question once more, with a deadline as far away as the first was: it is held until its tenant has room for it. One that
    /// no worker has begun is only sent again, or goes on being held.
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

    /// <summary>Some tools are no longer waited for; without the last one the answer stage begins.</summary>
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

    /// <summary>The first worker begins a queued job. Jobs of one conversation take turns; the first of one waits for none.</summary>
    private static JobChange Begin(Job job, Job begun) => new(job, begun with { Status = JobStatus.Running, Held = false })
    {
        Now = job.StartedAt is null ? JobTimes.Started : JobTimes.None,
        WaitsForConversation = job.Status == JobStatus.Queued && !job.StartsConversation,
    };

    /// <summary>The next of the conversation has its turn, and the caller's server is told where it wanted to be.</summary>
    private static IReadOnlyList<object> AfterEnd(Job job) =>
    [
        .. job.Successor is { } next ? [new AnswerQuestion(next.Id, next.Attempt)] : Array.Empty<object>(),
        .. job.Options.CallbackUrl is not null ? [new DeliverWebhook(job.Id)] : Array.Empty<object>(),
    ];

    private static object CommandOf(Job job, Tool tool) => tool switch
    {
        Tool.Documents => new EmbedQuestion(job.Id, job.Attempt),
        Tool.WebSearch => new SearchWeb(job.Id, job.Attempt),
        _ => throw new ArgumentOutOfRangeException(nameof(tool), tool, "An unknown tool."),
    };

    /// <summary>As it stands in <c>degraded</c> on HTTP.</summary>
    public static string NameOf(Tool tool) => tool switch
    {
        Tool.Documents => "documents",
        Tool.WebSearch => "web_search",
        _ => throw new ArgumentOutOfRangeException(nameof(tool), tool, "An unknown tool."),
    };

    /// <summary>When to look again at a wave that was just begun: it ends early for optional tools only.</summary>
    private static TimeSpan WaveOf(JobPlan plan, JobLimits limits) =>
        plan.Tools().Any(tool => IsOptional(plan, tool)) ? limits.Wave : limits.EnqueueGrace;

    /// <summary>Twice as long as it has been in its stage: a deep queue is not made deeper by messages sent again and again.</summary>
    private static TimeSpan Later(Job job, JobLimits limits)
    {
        var waited = job.Now - (job.AnswerAt ?? job.WaveAt ?? job.QueuedAt);
        return waited > limits.EnqueueGrace ? waited : limits.EnqueueGrace;
    }

    private static JobDecision.Refused No(Refusal why) => new(why);
}
