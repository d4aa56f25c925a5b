using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>What is answered, as it stands on the row.</summary>
public sealed record JobAnswer
{
    /// <summary>With markers such as [1] that name its citations.</summary>
    public required string Text { get; init; }

    /// <summary>BCP 47 tag of the text; "und" where it is not known.</summary>
    public required string Language { get; init; }

    /// <summary>What wrote it: a model's name, or the rules'.</summary>
    public required string Model { get; init; }
    public required IReadOnlyList<JobCitation> Citations { get; init; }

    /// <summary>0 to 1: how well the cited sources fit the question and bear the answer.</summary>
    public double Confidence { get; init; }

    /// <summary>Questions that may come next.</summary>
    public IReadOnlyList<string> FollowUps { get; init; } = [];

    /// <summary>The model's answer was too long, and ends with what fitted.</summary>
    public bool Truncated { get; init; }

    /// <summary>Citations that the model gave and that do not stand in their source.</summary>
    public int DroppedCitations { get; init; }
}

/// <summary>A place in a source that an answer rests on.</summary>
public sealed record JobCitation
{
    /// <summary>The number in the answer's [n].</summary>
    public required int Marker { get; init; }

    /// <summary>"document" or "web".</summary>
    public required string Kind { get; init; }

    /// <summary>Erasure looks for it by the name that it has in JSON, document_id.</summary>
    public Guid? DocumentId { get; init; }
    public required string Title { get; init; }

    /// <summary>From 1; null where the format has no pages.</summary>
    public int? Page { get; init; }
    public Guid? PassageId { get; init; }

    /// <summary>Text that stands in the source, word for word.</summary>
    public required string Quote { get; init; }
    public string? Url { get; init; }

    /// <summary>How well the source fits the question; comparable within one answer only.</summary>
    public required double Score { get; init; }
}

/// <summary>An end that a replay took back.</summary>
public sealed record JobEnd(JobStatus Status, int Attempt, DateTimeOffset FinishedAt, JobError Error)
{
    /// <summary>The end of a job that failed or expired.</summary>
    public static JobEnd Of(Job ended) =>
        new(ended.Status, ended.Attempt, ended.FinishedAt!.Value, new JobError(ended.Error!.Code, ended.Error.Message));
}

/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">One sentence, for people.</param>
public sealed record JobError(string Code, string Message);
