using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>How closely the broker's queues are looked at.</summary>
public sealed record WatchLimits
{
    /// <summary>Between two looks at the queues.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Interval { get; init; }

    /// <summary>Looks in a row at messages that nobody takes, after which the process recovers its consumers.</summary>
    [Range(1, 1_000)] public required int VanishedAfter { get; init; }

    /// <summary>The least time between two such recoveries.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Rest { get; init; }

    /// <summary>How long a recovery waits for messages in hand; then the process ends.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Stop { get; init; }
}
