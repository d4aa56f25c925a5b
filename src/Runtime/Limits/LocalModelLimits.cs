using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>The embedding model inside a worker process.</summary>
public sealed record LocalModelLimits
{
    /// <summary>Processors that one inference may use: a number, or "1v" for all of them.</summary>
    [AtStart, Required, RegularExpression("[1-9][0-9]{0,2}v?")] public required string Threads { get; init; }

    /// <summary>Inferences for questions that run at once: a number, or "1v" for one per processor. Passages have one of their own.</summary>
    [AtStart, Required, RegularExpression("[1-9][0-9]{0,2}v?")] public required string Questions { get; init; }

    public int ThreadCount => QueueLimits.Count(Threads);
    public int QuestionCount => QueueLimits.Count(Questions);
}
