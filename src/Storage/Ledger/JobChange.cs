using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>
/// A decided change of one row: what it was decided on, and what the row is to hold. The store writes it only while the row still has
/// the version of <paramref name="From"/>. Times are not in it: it says which of them become "now", and the database's clock says when
/// that is.
/// </summary>
/// <param name="From">The row as the decision saw it.</param>
/// <param name="To">The row as it is to be, but for the times that <see cref="Now"/> and <see cref="DueIn"/> name.</param>
public sealed record JobChange(Job From, Job To)
{
    /// <summary>The times that become the database's now.</summary>
    public JobTimes Now { get; init; }

    /// <summary>When the sweeper looks at the job again; never later than its deadline. Null: when it would have. A job that ends is not
    /// due.</summary>
    public TimeSpan? DueIn { get; init; }

    /// <summary>Gives the job as much time from now as it had when it was queued last.</summary>
    public bool RestartsDeadline { get; init; }

    /// <summary>Writes nothing while an earlier job of the same conversation is unfinished.</summary>
    public bool WaitsForConversation { get; init; }

    /// <summary>Writes nothing unless these documents still exist. They cannot be deleted until the change has been written.</summary>
    public IReadOnlyList<Guid> Cites { get; init; } = [];

    /// <summary>True when this change ends the job.</summary>
    public bool Ends => To.Status.IsFinished() && !From.Status.IsFinished();

    /// <summary>The row after the change was written at <paramref name="now"/>.</summary>
    public Job WrittenAt(DateTimeOffset now)
    {
        var deadline = RestartsDeadline ? now + (From.DeadlineAt - From.QueuedAt) : From.DeadlineAt;
        return To with
        {
            Version = From.Version + 1,
            Now = now,
            DeadlineAt = deadline,
            DueAt = Ends ? null : DueIn is not { } due ? From.DueAt : now + due < deadline ? now + due : deadline,
            QueuedAt = At(JobTimes.Queued, To.QueuedAt),
            StartedAt = At(JobTimes.Started, To.StartedAt),
            ToolsAt = At(JobTimes.Tools, To.ToolsAt),
            WaveAt = At(JobTimes.Wave, To.WaveAt),
            AnswerAt = At(JobTimes.Answer, To.AnswerAt),
            FinishedAt = Ends ? now : To.FinishedAt,
        };

        T At<T>(JobTimes time, T otherwise) => Now.HasFlag(time) ? (T)(object)now : otherwise;
    }
}

/// <summary>Times of a job that a change may set to now.</summary>
[Flags]
public enum JobTimes
{
    None = 0,
    Queued = 1,
    Started = 2,
    Tools = 4,
    Wave = 8,
    Answer = 16,
}
