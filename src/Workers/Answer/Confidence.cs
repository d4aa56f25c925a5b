using Navigator.Runtime.Tools;

namespace Navigator.Workers.Answer;

/// <summary>How much there is behind an answer.</summary>
internal static class Confidence
{
    private const double FitShare = 0.5, AgreementShare = 0.25, SupportShare = 0.25;

    /// <param name="cited">The sources that bear it.</param>
    /// <param name="dropped">Citations that could not be verified.</param>
    /// <returns>
    /// 0 to 1: how well the best of them fits the question, how many of them were found by their meaning and not by their words
    /// alone, and how many of the citations held. 0 where nothing is cited.
    /// </returns>
    public static double Of(IReadOnlyList<Source> cited, int dropped)
    {
        if (cited.Count == 0)
            return 0;
        var fit = Math.Clamp(cited.Max(source => source.Score), 0, 1);
        var agreement = cited.Count(source => source.IsNear) / (double)cited.Count;
        var support = cited.Count / (double)(cited.Count + dropped);
        return Math.Round(FitShare * fit + AgreementShare * agreement + SupportShare * support, 2);
    }
}
