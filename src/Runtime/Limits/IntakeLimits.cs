namespace Navigator.Runtime.Limits;

/// <summary>Longest time for models before a question's tools begin. After it rules take over.</summary>
public sealed record IntakeLimits
{
    /// <summary>One translation, of a question or an answer, with all providers together.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Translate { get; init; }

    /// <summary>Screening of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Screen { get; init; }

    /// <summary>The local embedding model while a question is screened, and as long again while its sources are. Part of screening.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan ScreenByMeaning { get; init; }

    /// <summary>Planning of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Plan { get; init; }
}
