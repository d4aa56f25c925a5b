using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>An event of a job: one of the records below. Workers report under the attempt that they began.</summary>
public abstract record JobEvent
{
    private JobEvent()
    {
    }

    /// <summary>A worker claims a stage that only one worker may run.</summary>
    /// <param name="TakesOver">
    /// The broker redelivered the message, so the previous worker has lost the lease. A new attempt begins at once and not only when the lease
    /// has run out.
    /// </param>
    public sealed record Claimed(int Attempt, JobStage Stage, string Worker, bool TakesOver, JobLimits Limits) : JobEvent;

    /// <summary>The worker that holds the lease renews it.</summary>
    public sealed record LeaseRenewed(int Attempt, string Worker, JobLimits Limits) : JobEvent;

    /// <summary>Intake has made a plan.</summary>
    /// <param name="Worker">The worker that holds the lease; null if intake called no model and took no lease.</param>
    /// <param name="Degraded">What was missing in intake.</param>
    /// <param name="Inline">The tool that this worker runs as an inline continuation; null: every tool gets its message.</param>
    public sealed record Planned(int Attempt, string? Worker, JobPlan Plan, IReadOnlyList<string> Degraded, Tool? Inline, JobLimits Limits)
        : JobEvent;

    /// <summary>The answer stage starts another wave of tools.</summary>
    public sealed record WaveStarted(int Attempt, JobPlan Plan, JobLimits Limits) : JobEvent;

    /// <summary>A tool reported, or was skipped.</summary>
    /// <param name="Result">Null if the tool was skipped.</param>
    /// <param name="Degraded">The reason for the skip; null if the tool reported.</param>
    /// <param name="Inline">The worker that continues inline with the answer stage if this was the last tool; null: the message is sent.</param>
    public sealed record ToolFinished(int Attempt, Tool Tool, ToolResult? Result, string? Degraded, string? Inline, JobLimits Limits) : JobEvent;

    /// <param name="Degraded">What is missing from the answer.</param>
    public sealed record Answered(int Attempt, JobAnswer Answer, IReadOnlyList<string> Degraded) : JobEvent;

    /// <summary>A worker ends the job as refused or failed.</summary>
    public sealed record Ended(int Attempt, JobStatus Status, ChatError Error) : JobEvent;

    /// <summary>The owner cancelled the job.</summary>
    public sealed record Cancelled : JobEvent;

    /// <summary>The job's <c>due_at</c> has passed, and a sweeper took it.</summary>
    public sealed record BecameDue(JobLimits Limits) : JobEvent;

    /// <summary>A replay queues the job again.</summary>
    public sealed record Requeued(Guid Replay, JobLimits Limits) : JobEvent;
}
