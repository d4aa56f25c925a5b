namespace Navigator.Contracts.Chat;

/// <summary>The status of a job. docs/job-states.md shows the transitions.</summary>
public enum JobStatus
{
    /// <summary>Accepted and durable. No worker has claimed it yet.</summary>
    Queued,

    /// <summary>A worker has begun.</summary>
    Running,

    /// <summary>Final: there is an answer.</summary>
    Answered,

    /// <summary>Final: screening refused the question. Its owner may read the reason.</summary>
    Refused,

    /// <summary>Ended with an error. May be replayed.</summary>
    Failed,

    /// <summary>Ended because its deadline passed. May be replayed.</summary>
    Expired,

    /// <summary>Final: cancelled by its owner.</summary>
    Cancelled,
}

/// <summary>The stage that a job is in, or was in when it ended.</summary>
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
    /// <summary>True if the job changes no more unless an operator replays it.</summary>
    public static bool IsFinished(this JobStatus status) => status is not (JobStatus.Queued or JobStatus.Running);
}
