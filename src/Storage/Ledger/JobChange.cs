using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>
/// A decided change of one row: the row that the decision was made on, and the new row. The store writes it only if the row still has the
/// version of <paramref name="From"/>. It carries no times. It names the times that become "now", which the database's clock sets.
/// </summary>
/// <param name="From">The row that the decision was made on.</param>
/// <param name="To">The new row, except for the times that <see cref="Now"/> and <see cref="DueIn"/> name.</param>
public sealed record JobChange(Job From, Job To)
{
    /// <summary>The times that become the database's current time.</summary>
    public JobTimes Now { get; init; }

    /// <summary>
    /// When the sweeper checks the job again; never later than its deadline. Null: the due time does not change. A job that ends is not due.
    /// </summary>
    public TimeSpan? DueIn { get; init; }

    /// <summary>Gives the job a new deadline, with the same lifetime as when it was last queued.</summary>
    public bool RestartsDeadline { get; init; }

    /// <summary>Writes nothing if an earlier job of the same conversation is unfinished.</summary>
    public bool WaitsForConversation { get; init; }

    /// <summary>Writes nothing unless these documents exist. They cannot be deleted until the change is written.</summary>
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

/// <summary>Times of a job that a change can set to now.</summary>
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
