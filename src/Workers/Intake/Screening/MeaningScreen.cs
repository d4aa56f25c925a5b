using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Screening by meaning, beside the rules: recognises sentences that instruct the model in words that no rule contains. Needs the local embedding
/// model, because its classifiers are trained on that model's vectors. With another model nothing is recognised, and the rules apply alone.
/// </summary>
internal sealed class MeaningScreen : IDisposable
{
    /// <summary>Characters that one call embeds, some 150 tokens: 30 ms on two processors.</summary>
    private const int EmbeddedCharacters = 700;

    /// <summary>Sentences of all sources that one question embeds. The others wait for the next question that finds them.</summary>
    private const int EmbeddedSourceSentences = 5;

    /// <summary>
    /// The least probability of a sentence in a question that is honest as a whole, or too long to be judged as a whole: "I am an actor and play a
    /// villain." has 0.91 alone.
    /// </summary>
    private const double InHonestQuestion = 0.92;

    /// <summary>Not a setting: some 200 bytes each. A sentence of a source that is not cached is embedded again.</summary>
    private const int CachedSentences = 16_384;

    private readonly EmbeddingModel embedding;
    private readonly QuestionVectors vectors;
    private readonly ScreeningOptions options;
    private readonly LivePolicy policy;
    private readonly MeaningClassifier questions, sources;
    private readonly double sourceFloor;
    private readonly TenantCache<double?> cache = new(CachedSentences, unusedFor: TimeSpan.FromHours(6));

    public MeaningScreen(
        EmbeddingModel embedding, QuestionVectors vectors, MeaningWeights weights, IOptions<ScreeningOptions> options, LivePolicy policy)
    {
        (this.embedding, this.vectors) = (embedding, vectors);
        this.options = options.Value;
        this.policy = policy;
        IsAvailable = weights.Model == embedding.Name && weights.Dimensions == embedding.Dimensions;
        questions = new MeaningClassifier(weights.QuestionWords, weights.Question);
        sources = new MeaningClassifier(weights.SourceWords, weights.Source);
        sourceFloor = weights.SourceFloor;
    }

    /// <summary>True if the embedding model is the one that the classifiers know.</summary>
    public bool IsAvailable { get; }

    /// <param name="tenant">Owner of the question. Vectors are cached for each tenant.</param>
    /// <param name="left">The embedding model has this time if it is shorter than <see cref="IntakeLimits.ScreenByMeaning"/>.</param>
    /// <returns>The question without the sentences that instruct the model.</returns>
    /// <exception cref="UpstreamException">The embedding model failed or was late.</exception>
    public async Task<ScreenedText> Question(string tenant, string question, TimeSpan left, CancellationToken token)
    {
        var within = policy.Now.Intake.ScreenByMeaning is var most && left < most ? left : most;
        var parts = SentenceParts.Of(question);
        var units = parts.Select(part => question[part]).Distinct(StringComparer.Ordinal).ToList();
        // An order that is spread over several short sentences is recognised as a whole.
        var isJudgedWhole = parts.Count > 1 && question.Length <= SentenceParts.LongestPart;
        if (isJudgedWhole)
            units.Add(question);
        var probabilities = await Probabilities(questions, 0, int.MaxValue, units, async chosen =>
        {
            var found = await vectors.Of(chosen.Select(unit => (tenant, unit)), within, token);
            return [.. chosen.Select(unit => found[(tenant, unit)]).Select(one => (ReadOnlyMemory<float>)(one.Vector ?? throw one.Failure!))];
        });
        var threshold = options.QuestionThreshold;
        if (parts.Count > 1 && !(isJudgedWhole && probabilities[^1] >= 0.5))
            threshold = Math.Max(threshold, InHonestQuestion);
        var hostile = units.Where((_, i) => probabilities[i] > threshold).ToHashSet(StringComparer.Ordinal);
        return hostile.Contains(question) ? new ScreenedText("", parts.Count) : ScreenedText.Without(question, parts, hostile);
    }

    /// <param name="tenant">Owner of the texts. Probabilities are cached for each tenant.</param>
    /// <returns>Each text without the sentences that instruct the model, in the same order.</returns>
    /// <exception cref="UpstreamException">The embedding model failed or was late.</exception>
    public async Task<IReadOnlyList<ScreenedText>> Sources(string tenant, IReadOnlyList<string> texts, CancellationToken token)
    {
        var parts = texts.Select(SentenceParts.Of).ToList();
        var known = new Dictionary<string, double?>(StringComparer.Ordinal);
        foreach (var unit in texts.SelectMany((text, i) => parts[i].Select(part => text[part])))
            known.TryAdd(unit, cache.Get(tenant, unit));
        var missing = known.Where(unit => unit.Value is null).Select(unit => unit.Key).ToList();
        var probabilities = await Probabilities(sources, sourceFloor, EmbeddedSourceSentences, missing,
            chosen => embedding.EmbedQuestions(chosen, policy.Now.Intake.ScreenByMeaning, token));
        foreach (var (unit, probability) in missing.Zip(probabilities).Where(pair => pair.Second is not null))
        {
            known[unit] = probability;
            cache.Set(tenant, unit, probability);
        }
        var hostile = known.Where(unit => unit.Value > options.SourceThreshold).Select(unit => unit.Key).ToHashSet(StringComparer.Ordinal);
        return [.. texts.Select((text, i) => ScreenedText.Without(text, parts[i], hostile))];
    }

    public void Dispose() => cache.Dispose();

    /// <summary>Embeds the texts whose words are the most suspicious.</summary>
    /// <param name="most">Number of texts that are embedded.</param>
    /// <returns>For each text 0 to 1, or null if it was not embedded. 0 if its words are less suspicious than the floor.</returns>
    private async Task<double?[]> Probabilities(
        MeaningClassifier classifier, double floor, int most, IReadOnlyList<string> texts,
        Func<IReadOnlyList<string>, Task<IReadOnlyList<ReadOnlyMemory<float>>>> embed)
    {
        var suspicions = texts.Select(classifier.Suspicion).ToList();
        var probabilities = suspicions.Select(suspicion => suspicion < floor ? 0 : (double?)null).ToArray();
        var room = EmbeddedCharacters;
        var chosen = Enumerable.Range(0, texts.Count).Where(i => probabilities[i] is null).OrderByDescending(i => suspicions[i]).Take(most)
            .TakeWhile(i => (room -= texts[i].Length) >= 0).ToList();
        if (chosen.Count == 0)
            return probabilities;
        foreach (var (i, vector) in chosen.Zip(await embed([.. chosen.Select(i => texts[i])])))
            probabilities[i] = classifier.Probability(texts[i], vector.Span);
        return probabilities;
    }
}
