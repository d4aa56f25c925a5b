using Microsoft.Extensions.AI;

namespace Navigator.Workers.Answer;

/// <summary>
/// Compares a question with statements by meaning. Only a model in this process is asked, because a question has dozens of statements.
/// </summary>
/// <param name="model">Null if no local model is used: statements are then compared by words.</param>
internal sealed class SentenceSimilarity(IEmbeddingGenerator<string, Embedding<float>>? model, TimeProvider clock)
{
    /// <summary>Not a setting: a cold model or a busy machine costs an answer at most this much.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>The cosine of the question and each text; null without a model, or if the model is late.</returns>
    public async Task<IReadOnlyList<double>?> Of(string question, IReadOnlyList<string> texts, TimeSpan within, CancellationToken token)
    {
        if (model is null || texts.Count == 0 || within <= TimeSpan.Zero)
            return null;
        using var limit = new CancellationTokenSource(within < Patience ? within : Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            var vectors = await model.GenerateAsync([question, .. texts], cancellationToken: either.Token);
            return [.. vectors.Skip(1).Select(vector => Cosine(vectors[0].Vector.Span, vector.Vector.Span))];
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    private static double Cosine(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var (dot, left, right) = (0.0, 0.0, 0.0);
        for (var i = 0; i < one.Length; i++)
        {
            dot += one[i] * other[i];
            left += one[i] * one[i];
            right += other[i] * other[i];
        }
        return left == 0 || right == 0 ? 0 : dot / Math.Sqrt(left * right);
    }
}
