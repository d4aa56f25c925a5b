using Navigator.Runtime.Flow;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Embedders;

/// <summary>
/// Returns the vectors of questions: from a small cache, or with one call for all that are not cached. Screening asks first; the tool that
/// embeds the question and the comparison with sentences find it in the cache.
/// </summary>
internal sealed class QuestionVectors(EmbeddingModel model) : IDisposable
{
    /// <summary>Not a setting: 6 kB each with 1,536 dimensions, 25 MB in all, and a vector that is not cached costs one call.</summary>
    private const int CachedVectors = 4_096;

    private readonly TenantCache<float[]> cache = new(CachedVectors, unusedFor: TimeSpan.FromMinutes(30));

    /// <summary>The canary takes the same path but calls no model. Any direction will do.</summary>
    private readonly float[] canary = [1, .. new float[model.Dimensions - 1]];

    public string Model => model.Name;

    /// <summary>
    /// Returns the vector of each text, or the failure. If the upstream rejects a batch, each text is sent alone, so that one invalid text does not
    /// fail the others.
    /// </summary>
    public async Task<IReadOnlyDictionary<(string Tenant, string Text), VectorOrFailure>> Of(
        IEnumerable<(string Tenant, string Text)> texts, TimeSpan within, CancellationToken token)
    {
        var results = new Dictionary<(string, string), VectorOrFailure>();
        foreach (var text in texts.Distinct())
            results[text] = new VectorOrFailure(IsCanary(text) ? canary : cache.Get(text.Tenant, text.Text), null);

        var missing = results.Where(result => result.Value.Vector is null).Select(result => result.Key).ToList();
        // The same question of two tenants is sent upstream once.
        foreach (var (text, result) in await Ask([.. missing.Select(key => key.Item2).Distinct(StringComparer.Ordinal)], within, token))
        {
            foreach (var key in missing.Where(key => key.Item2 == text))
            {
                results[key] = result;
                if (result.Vector is { } vector)
                    cache.Set(key.Item1, key.Item2, vector);
            }
        }
        return results;
    }

    public void Dispose() => cache.Dispose();

    private static bool IsCanary((string, string) text) => text == (CanaryQuestion.Tenant, CanaryQuestion.Text);

    private async Task<Dictionary<string, VectorOrFailure>> Ask(List<string> texts, TimeSpan within, CancellationToken token)
    {
        if (texts.Count == 0)
            return [];
        try
        {
            var vectors = await model.EmbedQuestions(texts, within, token);
            return texts.Zip(vectors).ToDictionary(pair => pair.First, pair => new VectorOrFailure(pair.Second.ToArray(), null),
                StringComparer.Ordinal);
        }
        catch (UpstreamException error) when (texts.Count > 1 && error.Failure != UpstreamFailure.Unavailable)
        {
            var one = await Task.WhenAll(texts.Select(text => Ask([text], within, token)));
            return one.SelectMany(result => result).ToDictionary(StringComparer.Ordinal);
        }
        catch (UpstreamException error)
        {
            return texts.ToDictionary(text => text, _ => new VectorOrFailure(null, error), StringComparer.Ordinal);
        }
    }
}

/// <summary>Either a vector or a failure.</summary>
internal readonly record struct VectorOrFailure(float[]? Vector, UpstreamException? Failure);
