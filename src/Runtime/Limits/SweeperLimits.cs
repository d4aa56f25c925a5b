using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>How often and how much the sweeper checks.</summary>
public sealed record SweeperLimits
{
    /// <summary>Between two looks at what is overdue.</summary>
    [AtStart, DurationRange("10ms", "10s")] public required TimeSpan Interval { get; init; }

    /// <summary>Jobs and documents of one look.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>How long finished jobs are kept.</summary>
    [DurationRange("1m", "3650d")] public required TimeSpan Retention { get; init; }

    /// <summary>Retention from the end of a document's ingestion; unset: a document stays until its owner deletes it.</summary>
    [DurationRange("1m", "3650d")] public TimeSpan? DocumentRetention { get; init; }
}
