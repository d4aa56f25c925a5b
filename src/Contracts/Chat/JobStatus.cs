namespace Navigator.Contracts.Chat;

/// <summary>Where a job stands. docs/job-states.md draws it.</summary>
public enum JobStatus
{
    /// <summary>Accepted and durable; no worker has it yet.</summary>
    Queued,

    /// <summary>A worker has begun.</summary>
    Running,

    /// <summary>Final: there is an answer.</summary>
    Answered,

    /// <summary>Final: screening said no, for a reason that its owner may read.</summary>
    Refused,

    /// <summary>Ended by an error that names its owner; may be replayed.</summary>
    Failed,

    /// <summary>Ended because its deadline passed; may be replayed.</summary>
    Expired,

    /// <summary>Final: ended by its owner.</summary>
    Cancelled,
}

/// <summary>Which part of the road a job is on, or was on when it ended.</summary>
public enum JobStage
{
    /// <summary>Translate, screen, plan.</summary>
    Intake,

    /// <summary>Documents and web, in parallel.</summary>
    Tools,

    /// <summary>Write the answer.</summary>
    Answer,
}

public static class JobStatuses
{
    /// <summary>True when nothing will happen to the job any more unless an operator replays it.</summary>
    public static bool IsFinished(this JobStatus status) => status is not (JobStatus.Queued or JobStatus.Running);
}
