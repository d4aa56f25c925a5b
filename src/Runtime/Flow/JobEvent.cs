using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>What happened to a job: exactly one of the records below. Workers report under the attempt that they began.</summary>
public abstract record JobEvent
{
    private JobEvent()
    {
    }

    /// <summary>A worker takes the lease on a stage that one worker does alone.</summary>
    /// <param name="TakesOver">
    /// The broker delivered the message again, so that the worker which held the lease has lost it: a new attempt begins at once instead of
    /// when the lease is over.
    /// </param>
    public sealed record Claimed(int Attempt, JobStage Stage, string Worker, bool TakesOver, JobLimits Limits) : JobEvent;

    /// <summary>The worker that holds the lease still works.</summary>
    public sealed record LeaseRenewed(int Attempt, string Worker, JobLimits Limits) : JobEvent;

    /// <summary>Intake is done.</summary>
    /// <param name="Worker">The worker that holds the lease; null where intake asked no model and took none.</param>
    /// <param name="Degraded">What intake had to do without.</param>
    /// <param name="Inline">The tool that this worker goes on with itself; null: all are sent their message.</param>
    public sealed record Planned(int Attempt, string? Worker, JobPlan Plan, IReadOnlyList<string> Degraded, Tool? Inline, JobLimits Limits)
        : JobEvent;

    /// <summary>The answer stage asks the tools once more.</summary>
    public sealed record WaveStarted(int Attempt, JobPlan Plan, JobLimits Limits) : JobEvent;

    /// <summary>A tool reported, or is gone on without.</summary>
    /// <param name="Result">Null when the tool was skipped.</param>
    /// <param name="Degraded">Why it was skipped; null when it was not.</param>
    /// <param name="Inline">The worker that goes on with the answer itself if this was the last tool; null: the message is sent.</param>
    public sealed record ToolFinished(int Attempt, Tool Tool, ToolResult? Result, string? Degraded, string? Inline, JobLimits Limits) : JobEvent;

    /// <param name="Degraded">What the answer had to do without.</param>
    public sealed record Answered(int Attempt, JobAnswer Answer, IReadOnlyList<string> Degraded) : JobEvent;

    /// <summary>A worker ends the job as refused or failed.</summary>
    public sealed record Ended(int Attempt, JobStatus Status, ChatError Error) : JobEvent;

    /// <summary>Its owner does not want it any more.</summary>
    public sealed record Cancelled : JobEvent;

    /// <summary>Its <c>due_at</c> has come, and a sweeper took it.</summary>
    public sealed record BecameDue(JobLimits Limits) : JobEvent;

    /// <summary>An operator's replay asks it again.</summary>
    public sealed record Requeued(Guid Replay, JobLimits Limits) : JobEvent;
}
