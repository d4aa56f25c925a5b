namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Says how likely a sentence instructs the model: two logistic regressions. The first knows the sentence's words and takes microseconds. The
/// second knows its vector too. Both are trained on as many hostile lines as honest ones: 0.5 is their doubt, not the share of attacks.
/// </summary>
/// <param name="words">One weight for each bucket of words.</param>
/// <param name="both">One weight for each number of the vector, followed by one for each bucket of words.</param>
internal sealed class MeaningClassifier(LinearWeights words, LinearWeights both)
{
    /// <summary>Words and pairs of words share this many buckets by their hash.</summary>
    public const int Buckets = 512;

    /// <summary>The length of a sentence's word features beside a vector of length 1. Found by cross-validation.</summary>
    private const float WordShare = 0.6f;

    /// <summary>A sentence of fewer words is no stronger evidence for each of them.</summary>
    private const int LeastSquares = 4;

    /// <returns>0 to 1, from the words alone.</returns>
    public double Suspicion(string sentence) => words.Probability(WordFeatures(sentence));

    /// <returns>0 to 1.</returns>
    public double Probability(string sentence, ReadOnlySpan<float> vector) => both.Probability(Features(sentence, vector));

    public static float[] Features(string sentence, ReadOnlySpan<float> vector) => [.. vector, .. WordFeatures(sentence)];

    public static float[] WordFeatures(string sentence)
    {
        var counts = new float[Buckets];
        var previous = "";
        foreach (var word in WordsOf(sentence))
        {
            counts[Bucket(word)]++;
            if (previous.Length > 0)
                counts[Bucket($"{previous} {word}")]++;
            previous = word;
        }
        var squares = 0f;
        foreach (var count in counts)
            squares += count * count;
        var scale = WordShare / MathF.Sqrt(MathF.Max(LeastSquares, squares));
        for (var i = 0; i < counts.Length; i++)
            counts[i] *= scale;
        return counts;
    }

    private static IEnumerable<string> WordsOf(string sentence)
    {
        var text = sentence.ToLowerInvariant();
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '\'' or '’'))
                end++;
            if (end > start)
                yield return text[start..end].Replace('’', '\'');
            start = end + 1;
        }
    }

    /// <summary>FNV-1a: unlike <see cref="string.GetHashCode()"/> the same in every process.</summary>
    private static int Bucket(string word)
    {
        var hash = 2166136261;
        foreach (var c in word)
            hash = (hash ^ c) * 16777619;
        return (int)(hash % Buckets);
    }
}
