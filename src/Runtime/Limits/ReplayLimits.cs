using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>How much of a replay is let in at once.</summary>
public sealed record ReplayLimits
{
    /// <summary>Unfinished jobs, live and replayed, from which on no more are replayed.</summary>
    [Range(1, 1_000_000)] public required int HoldAbove { get; init; }

    /// <summary>Jobs of one turn, which one statement reads.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>Between two turns.</summary>
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan Interval { get; init; }
}
