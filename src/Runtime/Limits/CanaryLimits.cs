namespace Navigator.Runtime.Limits;

/// <summary>The system's own question.</summary>
public sealed record CanaryLimits
{
    /// <summary>Between two questions of the system's own.</summary>
    [AtStart, DurationRange("1s", "1d")] public required TimeSpan Interval { get; init; }

    /// <summary>Time after which an unanswered canary is late.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Late { get; init; }
}
