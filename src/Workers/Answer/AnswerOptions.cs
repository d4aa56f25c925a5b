using System.ComponentModel.DataAnnotations;

namespace Navigator.Workers.Answer;

/// <summary>What an answer is made from, and how long it may get.</summary>
public sealed record AnswerOptions
{
    public const string Section = "Answer";

    /// <summary>Tokens of sources that a question is answered from; what does not fit is left out. Default: 4,000.</summary>
    [Range(100, 100_000)] public int SourceTokens { get; init; } = 4_000;

    /// <summary>Tokens that the model may write. Default: 800.</summary>
    [Range(50, 16_000)] public int AnswerTokens { get; init; } = 800;
}
