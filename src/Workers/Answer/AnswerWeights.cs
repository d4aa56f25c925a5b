namespace Navigator.Workers.Answer;

/// <summary>
/// Weights of two logistic regressions: whether a statement is the answer, and whether the sources answer the question at all. Fitted on
/// questions about one policy; the questions, the method and the figures of the cross-validation are in docs/decisions/0027.
/// </summary>
internal static class AnswerWeights
{
    private const int MaxNames = 2;

    public static double ByMeaning(double cosine, StatementFeatures features) =>
        6.76 * cosine + 2.75 * features.Covered + 0.92 * features.InContext - 8.27;

    public static double ByWords(StatementFeatures features) =>
        2.13 * features.Covered + 2.89 * features.InContext + 1.85 * (features.HasAskedType ? 1 : 0) - 6.01;

    /// <param name="cosine">Of the question and the statement that is nearest to it.</param>
    /// <param name="absent">
    /// Share of the question's words that no source contains. If all are absent, a high cosine is meaning. If some are, the others raise the cosine
    /// of any statement, and what was asked about is often the absent one ("Are hearing aids covered?").
    /// </param>
    /// <param name="names">Names and numbers of the question that no source contains.</param>
    public static double ProbabilityByMeaning(double cosine, double absent, int names) =>
        Logistic(8.79 * cosine + 4.71 * absent - 10.46 * absent * (1 - absent) - 0.42 * Math.Min(names, MaxNames) - 3.85);

    /// <param name="covered">Share of the question that one statement covers.</param>
    public static double ProbabilityByWords(double covered, int names) => Logistic(2.46 * covered - 1.19 * Math.Min(names, MaxNames) - 0.43);

    private static double Logistic(double logit) => 1 / (1 + Math.Exp(-logit));
}

/// <param name="Covered">Share of the question's words in the statement itself.</param>
/// <param name="InContext">Share of the question's words in the statement with its context.</param>
/// <param name="HasAskedType">True if the statement contains what the question asks for: an amount, a time, a number, a name.</param>
internal readonly record struct StatementFeatures(double Covered, double InContext, bool HasAskedType);
