using Navigator.Text;

namespace Navigator.Storage.Passages;

/// <summary>
/// BM25 (Robertson and Zaragoza, 2009) cut in two: what a term weighs in a passage is computed once, at ingestion; what it
/// weighs in a question (its idf) when it is asked.
/// </summary>
internal static class Bm25
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    /// <summary>
    /// The usual passage, in terms. A constant, so that a weight stays right when other documents come and go; chunking
    /// makes passages of much the same length anyway.
    /// </summary>
    private const double UsualLength = 110;

    /// <summary>The weights of a passage's terms.</summary>
    public static Dictionary<string, float> Weigh(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var length = 0;
        foreach (var term in Terms.Of(text))
        {
            counts[term] = counts.GetValueOrDefault(term) + 1;
            length++;
        }
        var norm = K1 * (1 - B + B * length / UsualLength);
        return counts.ToDictionary(entry => entry.Key, entry => (float)(entry.Value * (K1 + 1) / (entry.Value + norm)), StringComparer.Ordinal);
    }

    /// <summary>How telling a term is that stands in <paramref name="found"/> of <paramref name="passages"/> passages.</summary>
    public static double Idf(long passages, long found) => Math.Log(1 + (passages - found + 0.5) / (found + 0.5));
}
