using Navigator.Text;

namespace Navigator.Storage.Passages;

/// <summary>
/// BM25 (Robertson and Zaragoza, 2009) in two parts. The weight of a term in a passage is computed once, at ingestion. The weight of a term
/// in a question (its idf) is computed when the question is asked.
/// </summary>
internal static class Bm25
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    /// <summary>
    /// The average passage length, in terms. It is a constant, so that stored weights stay valid when other documents are added or deleted.
    /// Chunking makes passages of similar length.
    /// </summary>
    private const double UsualLength = 110;

    /// <summary>
    /// Weight of a term that occurs once in a passage of usual length. A passage that contains each distinct word of a question once therefore
    /// scores the sum of their idf times this value. Scores are divided by that sum, so that they say how much of the question a passage covers.
    /// </summary>
    public const double WeightOfOne = (K1 + 1) / (1 + K1);

    /// <summary>Returns the weights of a passage's terms.</summary>
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

    /// <summary>Inverse document frequency of a term that <paramref name="found"/> of <paramref name="passages"/> passages contain.</summary>
    public static double Idf(long passages, long found) => Math.Log(1 + (passages - found + 0.5) / (found + 0.5));
}
