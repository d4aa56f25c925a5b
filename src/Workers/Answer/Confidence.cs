using Navigator.Runtime.Tools;

namespace Navigator.Workers.Answer;

/// <summary>How well an answer is supported by its sources.</summary>
internal static class Confidence
{
    private const double FitShare = 0.5, AgreementShare = 0.25, SupportShare = 0.25;

    /// <param name="cited">The cited sources.</param>
    /// <param name="dropped">Number of citations that could not be verified.</param>
    /// <returns>
    /// 0 to 1: how well the best source matches the question, the share of sources found by the vector leg, and the share of verified
    /// citations. 0 without citations.
    /// </returns>
    public static double Of(IReadOnlyList<Source> cited, int dropped)
    {
        if (cited.Count == 0)
            return 0;
        var fit = Math.Clamp(cited.Max(source => source.Score), 0, 1);
        var agreement = cited.Count(source => source.IsSemanticMatch) / (double)cited.Count;
        var support = cited.Count / (double)(cited.Count + dropped);
        return Math.Round(FitShare * fit + AgreementShare * agreement + SupportShare * support, 2);
    }
}
