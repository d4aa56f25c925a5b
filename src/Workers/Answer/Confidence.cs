using Navigator.Runtime.Tools;

namespace Navigator.Workers.Answer;

/// <summary>How likely it is that an answer is supported by its sources.</summary>
internal static class Confidence
{
    /// <param name="probability">That the sources answer the question, from <see cref="Evidence"/>.</param>
    /// <param name="cited">The cited sources.</param>
    /// <param name="dropped">Number of citations that could not be verified.</param>
    /// <returns>0 to 1: the probability, less the share of citations that could not be verified. 0 without citations.</returns>
    public static double Of(double probability, IReadOnlyList<Source> cited, int dropped) =>
        cited.Count == 0 ? 0 : Math.Round(Math.Clamp(probability, 0, 1) * cited.Count / (cited.Count + dropped), 2);
}
