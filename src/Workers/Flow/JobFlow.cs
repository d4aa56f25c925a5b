using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

/// <summary>What just happened to a job.</summary>
public enum JobEvent
{
    Accepted,
    Planned,
    ToolFinished,
    AttemptStarted,
    Replayed,
    Ended,
}

/// <summary>What to do with a job that is due: exactly one of the records below.</summary>
public abstract record DueStep
{
    private DueStep()
    {
    }

    /// <summary>Its deadline has passed.</summary>
    public sealed record Expire(ChatError Error) : DueStep;

    /// <summary>Its last worker is gone, and it may not wear out another.</summary>
    public sealed record GiveUp(ChatError Error) : DueStep;

    /// <summary>Its worker is gone: the same stage under a new attempt.</summary>
    public sealed record StartAttempt(TimeSpan LookAgainIn) : DueStep;

    /// <summary>The wave is over: go on without these.</summary>
    public sealed record SkipTools(IReadOnlyList<Tool> Tools, string Reason, TimeSpan LookAgainIn) : DueStep;

    /// <summary>Nobody took its message: it may be lost, so send it again. A duplicate changes nothing.</summary>
    public sealed record SendAgain(IReadOnlyList<object> Messages, TimeSpan LookAgainIn) : DueStep;
}

/// <summary>
/// The one place that decides what happens next to a job: pure functions of the row as a statement returned it. No I/O,
/// and no clock but the ledger's, which is on the row. docs/job-states.md draws it.
/// </summary>
public static class JobFlow
{
    /// <summary>The messages that follow a transition; none when somebody else's report is still awaited, or at the end.</summary>
    public static IReadOnlyList<object> After(Job job, JobEvent happened) => (job, happened) switch
    {
        (_, JobEvent.Ended) => AfterEnd(job),
        { job.Status: not (JobStatus.Queued or JobStatus.Running) } => [],
        // The others were sent when the stage began; only the last report has a consequence.
        ({ Stage: JobStage.Tools }, JobEvent.ToolFinished) => [],
        // Whoever reported last took the lease along, and goes on in place.
        ({ ClaimedBy: not null }, JobEvent.ToolFinished) => [],
        _ => MessagesOf(job),
    };

    /// <summary>When to look again at a wave that was just begun: it ends early for optional tools only.</summary>
    public static TimeSpan WaveOf(JobPlan plan, JobLimits limits) =>
        plan.Tools().Any(tool => IsOptional(plan, tool)) ? limits.Wave : limits.EnqueueGrace;

    /// <summary>
    /// Before an answer is written: the plan's second wave, when the first found nothing good enough and there is time for it.
    /// Null: write the answer.
    /// </summary>
    public static JobPlan? SecondWave(Job job, JobLimits limits) =>
        job is { Stage: JobStage.Answer, Plan: { Wave: 1, Second: not null } plan } && !HasFoundEnough(job.Results) && job.Left > limits.Wave * 2
            ? plan with { Wave = 2 }
            : null;

    private static bool HasFoundEnough(ToolResults results) => results is { Documents: { Fits: true, Passages.Count: > 0 } } or { WebSearch.Pages.Count: > 0 };

    /// <summary>Whoever waited for this end has its turn, and whoever wanted to be told of it is.</summary>
    private static IReadOnlyList<object> AfterEnd(Job job) =>
    [
        .. job.Successor is { } next ? [new AnswerQuestion(next.Id, next.Attempt)] : Array.Empty<object>(),
        .. job.Options.CallbackUrl is not null ? [new DeliverWebhook(job.Id)] : Array.Empty<object>(),
    ];

    /// <summary>What to do with a job whose <c>due_at</c> has come.</summary>
    public static DueStep WhenDue(Job job, JobLimits limits)
    {
        if (job.Now >= job.DeadlineAt)
            return new DueStep.Expire(new ChatError("deadline_exceeded", "The question could not be answered in time. It can be asked again."));

        if (job.ClaimedBy is not null)
            return job.AttemptsUsed < limits.Attempts
                ? new DueStep.StartAttempt(limits.EnqueueGrace)
                : new DueStep.GiveUp(new ChatError("attempts_exhausted", $"Every one of {job.AttemptsUsed} workers stopped while it had this question."));

        var again = Later(job, limits);
        var skippable = job.Stage == JobStage.Tools ? job.Pending.Where(tool => IsOptional(job.Plan!, tool)).ToList() : [];
        return skippable.Count > 0
            ? new DueStep.SkipTools(skippable, "no result in time", again)
            : new DueStep.SendAgain(MessagesOf(job), again);
    }

    /// <summary>May a job be answered without it? What a second wave finds is a gain; the first wave's documents are the point.</summary>
    public static bool IsOptional(JobPlan plan, Tool tool) => tool == Tool.WebSearch || plan.Wave > 1;

    private static IReadOnlyList<object> MessagesOf(Job job) => job.Stage switch
    {
        JobStage.Intake => [new AnswerQuestion(job.Id, job.Attempt)],
        JobStage.Tools => [.. job.Pending.Select(tool => MessageOf(job, tool))],
        JobStage.Answer => [new ComposeAnswer(job.Id, job.Attempt)],
        _ => throw new ArgumentOutOfRangeException(nameof(job), job.Stage, "An unknown stage."),
    };

    private static object MessageOf(Job job, Tool tool) => tool switch
    {
        Tool.Documents => new EmbedQuestion(job.Id, job.Attempt),
        Tool.WebSearch => new SearchWeb(job.Id, job.Attempt),
        _ => throw new ArgumentOutOfRangeException(nameof(tool), tool, "An unknown tool."),
    };

    /// <summary>Twice as long as it has been in its stage: a deep queue is not made deeper by messages sent again and again.</summary>
    private static TimeSpan Later(Job job, JobLimits limits)
    {
        var waited = job.Now - (job.AnswerAt ?? job.WaveAt ?? job.QueuedAt);
        return waited > limits.EnqueueGrace ? waited : limits.EnqueueGrace;
    }
}
