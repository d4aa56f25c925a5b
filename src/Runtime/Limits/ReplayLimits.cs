using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>The pace of replays.</summary>
public sealed record ReplayLimits
{
    /// <summary>Number of unfinished jobs, live and replayed, above which replays pause.</summary>
    [Range(1, 1_000_000)] public required int PauseAbove { get; init; }

    /// <summary>Jobs of one turn, which one statement reads.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>Between two turns.</summary>
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan Interval { get; init; }
}
