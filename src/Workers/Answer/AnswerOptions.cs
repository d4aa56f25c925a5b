using System.ComponentModel.DataAnnotations;

namespace Navigator.Workers.Answer;

/// <summary>The size of sources and answers, and when the documents are said not to answer.</summary>
public sealed record AnswerOptions
{
    public const string Section = "Answer";

    /// <summary>Maximum tokens of sources for one answer. Sources that do not fit are left out. Default: 4,000.</summary>
    [Range(100, 100_000)] public int SourceTokens { get; init; } = 4_000;

    /// <summary>Maximum tokens of the model's answer. Default: 800.</summary>
    [Range(50, 16_000)] public int AnswerTokens { get; init; } = 800;

    /// <summary>
    /// The answer is that the documents do not say if the probability that they do is lower. 0 answers always. Its trade-off is a table in
    /// docs/agents.md. Default: 0.35.
    /// </summary>
    [Range(0.0, 1.0)] public double LeastProbability { get; init; } = 0.35;
}
