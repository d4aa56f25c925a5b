using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>Time limits of one question.</summary>
public sealed record JobLimits
{
    /// <summary>From acceptance to the end, queueing included, where the caller asks for nothing else.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Deadline { get; init; }

    /// <summary>The shortest deadline that a caller may ask for.</summary>
    [DurationRange("100ms", "1h")] public required TimeSpan MinDeadline { get; init; }

    /// <summary>The longest deadline that a caller may ask for.</summary>
    [DurationRange("1s", "1d")] public required TimeSpan MaxDeadline { get; init; }

    /// <summary>How long a worker holds a stage without renewing it; it renews three times as often.</summary>
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }

    /// <summary>Workers that one run of a job may wear out.</summary>
    [Range(1, 100)] public required int Attempts { get; init; }

    /// <summary>How long a message may wait before the sweeper takes it for lost; doubled each time it is sent again.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }

    /// <summary>Time for optional tools. After it the job continues without them.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Wave { get; init; }

    /// <summary>Target duration of all tools together. A metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan ToolsTarget { get; init; }

    /// <summary>Target duration of a whole job. A metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan Target { get; init; }

    /// <summary>Whether a worker continues a job inline if the next queue has a free permit, instead of sending a message.</summary>
    public required bool ContinueInline { get; init; }
}
