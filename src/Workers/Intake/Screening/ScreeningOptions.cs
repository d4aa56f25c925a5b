namespace Navigator.Workers.Intake.Screening;

public enum WithoutModeration
{
    /// <summary>The rules' verdict stands, and the job says that the model did not look.</summary>
    Pass,

    /// <summary>The job fails, and may be replayed.</summary>
    Fail,
}

/// <summary>How questions are screened.</summary>
public sealed record ScreeningOptions
{
    public const string Section = "Screening";

    /// <summary>What becomes of a question when the moderation model does not help in time: fail open or closed. Default: Pass.</summary>
    public WithoutModeration WhenModerationFails { get; init; } = WithoutModeration.Pass;
}
