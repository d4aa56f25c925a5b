using System.ComponentModel.DataAnnotations;

namespace Navigator.Workers.Intake.Screening;

public enum WithoutModeration
{
    /// <summary>The rules' verdict applies. The job's <c>degraded</c> says that the model failed.</summary>
    Pass,

    /// <summary>The job fails, and may be replayed.</summary>
    Fail,
}

/// <summary>How questions are screened.</summary>
public sealed record ScreeningOptions
{
    public const string Section = "Screening";

    /// <summary>What happens to a question if the moderation model fails or is late: fail open or closed. Default: Pass.</summary>
    public WithoutModeration WhenModerationFails { get; init; } = WithoutModeration.Pass;

    /// <summary>
    /// With the local embedding model: the probability above which a sentence of a question counts as an instruction to the assistant and is left
    /// out. Less finds more attacks and touches more honest questions (docs/security.md). 1 applies the rules alone. Default: 0.8.
    /// </summary>
    [Range(0.5, 1)] public double QuestionThreshold { get; init; } = 0.8;

    /// <summary>The same for a sentence of a document or of a web page. Default: 0.9.</summary>
    [Range(0.5, 1)] public double SourceThreshold { get; init; } = 0.9;
}
