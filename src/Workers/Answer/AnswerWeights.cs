namespace Navigator.Workers.Answer;

/// <summary>
/// Weights of two logistic regressions: whether a statement is the answer, and whether the sources answer the question at all. Fitted by
/// <c>make weights</c> on the questions of tests/Evaluation; figures of the cross-validation are in docs/decisions/0027.
/// </summary>
internal static class AnswerWeights
{
    public static double ByMeaning(double cosine, StatementFeatures features) =>
        6.76 * cosine + 2.75 * features.Covered + 0.92 * features.InContext - 8.27;

    public static double ByWords(StatementFeatures features) =>
        2.13 * features.Covered + 2.89 * features.InContext + 1.85 * (features.HasAskedType ? 1 : 0) - 6.01;

    /// <param name="cosine">Of the question and the statement that is nearest to it.</param>
    /// <param name="absent">Share of the question's words that no source contains.</param>
    /// <param name="names">Names and numbers of the question that no source contains.</param>
    public static double ProbabilityByMeaning(double cosine, double absent, int names) =>
        Logistic(9.0 * cosine - 1.5 * absent - 1.2 * names - 3.2);

    /// <param name="covered">Share of the question that one statement covers.</param>
    public static double ProbabilityByWords(double covered, double absent, int names) =>
        Logistic(2.5 * covered - 3.0 * absent - 1.2 * names + 0.6);

    private static double Logistic(double logit) => 1 / (1 + Math.Exp(-logit));
}

/// <param name="Covered">Share of the question's words in the statement itself.</param>
/// <param name="InContext">Share of the question's words in the statement with its context.</param>
/// <param name="HasAskedType">True if the statement contains what the question asks for: an amount, a time, a number, a name.</param>
internal readonly record struct StatementFeatures(double Covered, double InContext, bool HasAskedType);
