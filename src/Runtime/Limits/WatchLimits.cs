using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>How often the broker's queues are checked.</summary>
public sealed record WatchLimits
{
    /// <summary>Between two looks at the queues.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Interval { get; init; }

    /// <summary>Consecutive checks with unconsumed messages after which the process restarts its consumers.</summary>
    [Range(1, 1_000)] public required int VanishedAfter { get; init; }

    /// <summary>Minimum time between two such restarts.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Rest { get; init; }

    /// <summary>How long a restart waits for running messages. After it the process ends.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Stop { get; init; }
}
