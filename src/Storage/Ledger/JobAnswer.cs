using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>An answer as it is stored in the row.</summary>
public sealed record JobAnswer
{
    /// <summary>Contains markers such as [1], which refer to the citations.</summary>
    public required string Text { get; init; }

    /// <summary>BCP 47 tag of the text's language; "und" if it is not known.</summary>
    public required string Language { get; init; }

    /// <summary>Name of the model that wrote the answer, or of the extractive rules.</summary>
    public required string Model { get; init; }
    public required IReadOnlyList<JobCitation> Citations { get; init; }

    /// <summary>0 to 1: how well the cited sources match the question and support the answer.</summary>
    public double Confidence { get; init; }

    /// <summary>Questions that the caller may ask next.</summary>
    public IReadOnlyList<string> FollowUps { get; init; } = [];

    /// <summary>True if the model's answer was too long and was cut.</summary>
    public bool Truncated { get; init; }

    /// <summary>Number of citations that the model gave and whose quote is not in its source.</summary>
    public int DroppedCitations { get; init; }
}

/// <summary>A passage of a source that supports the answer.</summary>
public sealed record JobCitation
{
    /// <summary>The number of the answer's [n] marker.</summary>
    public required int Marker { get; init; }

    /// <summary>"document" or "web".</summary>
    public required string Kind { get; init; }

    /// <summary>Erasure searches the stored JSON for this member under its JSON name, document_id.</summary>
    public Guid? DocumentId { get; init; }
    public required string Title { get; init; }

    /// <summary>From 1; null if the format has no pages.</summary>
    public int? Page { get; init; }
    public Guid? PassageId { get; init; }

    /// <summary>Text of the source, word for word.</summary>
    public required string Quote { get; init; }
    public string? Url { get; init; }

    /// <summary>How well the source matches the question. Scores are comparable within one answer only.</summary>
    public required double Score { get; init; }
}

/// <summary>An earlier end of the job that a replay replaced.</summary>
public sealed record JobEnd(JobStatus Status, int Attempt, DateTimeOffset FinishedAt, JobError Error)
{
    /// <summary>Returns the end of a job that failed or expired.</summary>
    public static JobEnd Of(Job ended) =>
        new(ended.Status, ended.Attempt, ended.FinishedAt!.Value, new JobError(ended.Error!.Code, ended.Error.Message));
}

/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">One sentence, for people.</param>
public sealed record JobError(string Code, string Message);
