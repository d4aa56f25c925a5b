using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>The decision on an event: a step, or the reason why there is none.</summary>
public abstract record JobDecision
{
    private JobDecision()
    {
    }

    /// <summary>The row changes. The messages of its stage follow if <see cref="SendsStage"/> is true.</summary>
    /// <param name="SendsStage">True: the messages that continue the job from its new stage are sent.</param>
    public sealed record Step(JobChange Change, bool SendsStage = false) : JobDecision
    {
        /// <summary>The tool that the worker runs as an inline continuation, so that its message is not sent.</summary>
        public Tool? Inline { get; init; }

        /// <summary>What the sweeper repaired.</summary>
        public Repair Repair { get; init; }
    }

    /// <summary>Nothing changes, because the event is stale or does not apply.</summary>
    public sealed record Refused(Refusal Why) : JobDecision;
}

/// <summary>Why an event changes nothing.</summary>
public enum Refusal
{
    /// <summary>The job has ended. An end never changes.</summary>
    HasEnded,

    /// <summary>The job has not ended. Only jobs that failed, expired or were never begun can be replayed.</summary>
    HasNotFailed,

    /// <summary>A newer attempt has begun.</summary>
    StaleAttempt,

    /// <summary>The job is in another stage.</summary>
    OtherStage,

    /// <summary>Another worker holds the lease, or the lease was given back.</summary>
    OtherWorker,

    /// <summary>The run has lost its maximum number of workers.</summary>
    AttemptsUsed,

    /// <summary>The deadline has passed; the sweeper ends the job.</summary>
    DeadlinePassed,

    /// <summary>The job does not wait for this tool, or no longer.</summary>
    NotPending,

    /// <summary>This replay has already queued the job again.</summary>
    IsRequeued,
}

/// <summary>What a sweeper did with a job that was due.</summary>
public enum Repair
{
    None,

    /// <summary>The deadline had passed.</summary>
    Expire,

    /// <summary>The run had lost its maximum number of workers.</summary>
    GiveUp,

    /// <summary>A worker was lost. The same stage starts under a new attempt.</summary>
    StartAttempt,

    /// <summary>The time of the wave was over. The job continues without the optional tools.</summary>
    SkipTools,

    /// <summary>The message may be lost, so it is sent again. A duplicate changes nothing.</summary>
    SendAgain,
}
