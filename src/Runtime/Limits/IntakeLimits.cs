namespace Navigator.Runtime.Limits;

/// <summary>The longest that models may take before a question's tools begin; then rules take over.</summary>
public sealed record IntakeLimits
{
    /// <summary>One translation, in or out, all providers together.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Translate { get; init; }

    /// <summary>Screening of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Screen { get; init; }

    /// <summary>Planning of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Plan { get; init; }
}
