using Navigator.Runtime.Tools;

namespace Navigator.Workers.Answer;

/// <summary>The sources of an answer, and how likely it is that they answer the question.</summary>
/// <param name="Sources">Numbered from 1, best first. May be empty.</param>
/// <param name="Statements">The statements that may answer, best first.</param>
/// <param name="Probability">0 to 1, calibrated: of all questions with a probability of 0.8, four in five are answered by their sources.</param>
/// <param name="IsEnough">False if the documents do not say, because the probability is below the configured threshold.</param>
internal sealed record Evidence(IReadOnlyList<Source> Sources, IReadOnlyList<RankedStatement> Statements, double Probability, bool IsEnough);

/// <param name="Score">Log-odds that the statement is the answer. Comparable within one question.</param>
internal readonly record struct RankedStatement(Statement Statement, double Score);
