using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>What an event means for a job: a step, or why there is none.</summary>
public abstract record JobDecision
{
    private JobDecision()
    {
    }

    /// <summary>The row is to change, and the messages of its stage follow where the step says so.</summary>
    /// <param name="SendsStage">True: the messages that bring the job on from where it then stands are sent.</param>
    public sealed record Step(JobChange Change, bool SendsStage = false) : JobDecision
    {
        /// <summary>The tool that is not sent its message, because the worker goes on with it itself.</summary>
        public Tool? Inline { get; init; }

        /// <summary>What the sweeper repaired with it.</summary>
        public Repair Repair { get; init; }
    }

    /// <summary>Nothing changes: the event comes too late, or does not apply.</summary>
    public sealed record Refused(Refusal Why) : JobDecision;
}

/// <summary>Why an event changes nothing.</summary>
public enum Refusal
{
    /// <summary>The job has ended, and its end never changes.</summary>
    HasEnded,

    /// <summary>The job has not ended, and only what failed or expired, or was never begun, can be asked again.</summary>
    HasNotFailed,

    /// <summary>A newer attempt has begun.</summary>
    StaleAttempt,

    /// <summary>The job is in another stage by now.</summary>
    OtherStage,

    /// <summary>The lease is another worker's, or was given back.</summary>
    OtherWorker,

    /// <summary>As many workers as one run may have were lost with it.</summary>
    AttemptsUsed,

    /// <summary>The deadline has passed; the sweeper ends the job.</summary>
    DeadlinePassed,

    /// <summary>The tool is not waited for, or no longer.</summary>
    NotPending,

    /// <summary>This replay has queued the job again already.</summary>
    IsRequeued,
}

/// <summary>What a sweeper did for a job that was due.</summary>
public enum Repair
{
    None,

    /// <summary>The deadline had passed.</summary>
    Expire,

    /// <summary>The last worker that it may have was lost.</summary>
    GiveUp,

    /// <summary>A worker was lost: the same stage under a new attempt.</summary>
    StartAttempt,

    /// <summary>The wave was over: on without the tools that are optional.</summary>
    SkipTools,

    /// <summary>Its message may be lost, so it is sent again. A duplicate changes nothing.</summary>
    SendAgain,
}
