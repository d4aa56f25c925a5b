using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>Messages that are being sent to the broker.</summary>
public sealed record SendLimits
{
    /// <summary>Messages that the broker has not confirmed.</summary>
    [Range(1, 100_000)] public required int Outstanding { get; init; }

    /// <summary>How long a message waits to be sent, and once more for its confirmation; then the sweeper sends it.</summary>
    [DurationRange("10ms", "1m")] public required TimeSpan Wait { get; init; }
}
