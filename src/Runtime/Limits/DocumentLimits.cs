using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>Time limits of one document.</summary>
public sealed record DocumentLimits
{
    /// <summary>From upload to the end of ingestion.</summary>
    [DurationRange("1s", "1d")] public required TimeSpan Deadline { get; init; }

    /// <summary>How long a worker holds a document without renewing it.</summary>
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }

    /// <summary>Workers that one document may wear out.</summary>
    [Range(1, 100)] public required int Attempts { get; init; }

    /// <summary>How long a message may wait before the sweeper takes it for lost.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }

    /// <summary>
    /// Batches of passages that one worker embeds at once for documents that only another model has embedded. They wait for uploads and leave half
    /// of the model's burst to them and to questions. 0: none are embedded again.
    /// </summary>
    [Range(0, 16)] public required int Reembed { get; init; }
}
