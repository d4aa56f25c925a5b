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
}
