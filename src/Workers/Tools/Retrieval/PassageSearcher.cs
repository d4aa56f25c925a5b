using System.Diagnostics;
using Microsoft.Extensions.Options;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Text;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>Finds the passages that match queries and vectors best: fuses two legs and puts different places first.</summary>
internal sealed class PassageSearcher(
    IPassageIndex index, OtherModelLeg otherModel, IOptions<RetrievalOptions> options, LimitRegistry registry)
{
    private readonly Bulkhead searches = registry.Bulkhead("searches", "passages", now => now.Postgres.Searches);

    private static readonly KeyValuePair<string, object?> Lexical = new("leg", "lexical"), Vector = new("leg", "vector");

    /// <summary>A passage that only the lexical leg found must contain this share of the question's words.</summary>
    private const double LeastCoverage = 0.5;

    /// <returns>
    /// The passages, best first; whether the best one matches the question well enough to be worth an answer; and how the candidates were ranked.
    /// </returns>
    public async Task<(IReadOnlyList<FoundPassage> Passages, bool Fits, IReadOnlyList<RankedCandidate> Candidates)> Search(
        string tenant, string model, IReadOnlyList<PassageQuery> queries, IReadOnlyList<Guid>? documentIds, CancellationToken token)
    {
        var (settings, began) = (options.Value, Stopwatch.GetTimestamp());
        var search = new PassageSearch(tenant, model, queries, documentIds, settings.Candidates, settings.SimilarityFloor)
        {
            OtherModel = otherModel.ModelBeside(model),
        };
        var legs = await InTurn("search", () => index.Search(search, token), token);
        legs = await otherModel.Complete(
            search, legs, (other, limit) => InTurn("search_other_model", () => index.Search(other, limit), limit), began, token);
        foreach (var leg in legs)
        {
            NavigatorMeter.RetrievalHits.Record(leg.Lexical.Count, Lexical);
            NavigatorMeter.RetrievalHits.Record(leg.Nearest.Count, Vector);
        }
        var isOffline = model == HashedNgramEmbedder.ModelName;
        var size = Math.Max(settings.Reranked, settings.Explained);
        var fused = isOffline
            ? Fusion.Fuse(legs, settings.OfflineVectorWeight, size)
            : await FuseScores(search, legs, size, token);
        if (fused.Count == 0)
            return ([], false, []);
        var candidates = fused.Take(settings.Reranked).ToList();
        var read = (await InTurn("read", () => index.Read(tenant, [.. candidates.Select(candidate => candidate.PassageId)], token), token))
            .ToDictionary(cited => cited.Passage.Id, cited => cited.Passage);
        var texts = read.ToDictionary(entry => entry.Key, entry => string.Join('\n', [.. entry.Value.Headings, entry.Value.Text]));
        // The first query is the question itself. The other queries only helped to find candidates. Offline vectors know spelling only, so ranks
        // are fused and the candidates' words are compared again. With a model's vectors that comparison put worse passages first.
        var repetitions = new HashSet<Guid>();
        var passages = isOffline
            ? Reranker.Rerank(queries[0].Text, candidates, texts, settings.Passages)
            : DistinctPlaces.Of(candidates, read, settings.Passages, repetitions);
        // The vector leg drops passages below its floor. A few common words are no evidence.
        var fits = (!isOffline && passages.Any(passage => passage.Similarity is not null))
            || passages.Any(passage => Coverage(queries[0].Text, texts[passage.PassageId]) >= LeastCoverage);
        var wasRead = candidates.Select(candidate => candidate.PassageId).ToHashSet();
        return (passages, fits, Explanation.Of(
            legs[0], fused.Take(settings.Explained), passages, id => read.ContainsKey(id) || !wasRead.Contains(id), repetitions.Contains));
    }

    private async Task<IReadOnlyList<FoundPassage>> FuseScores(
        PassageSearch search, IReadOnlyList<SearchLegs> legs, int limit, CancellationToken token)
    {
        var fused = new ScoreFusion(options.Value.LexicalWeight, search.Limit, search.SimilarityFloor).Fuse(legs);
        if (DocumentFeedback.Needed(fused) is { Count: > 0 } needed)
            fused = DocumentFeedback.Apply(
                fused, await InTurn("compare", () => index.Vectors(search.Tenant, search.Model, needed, token), token));
        return [.. fused.Take(limit)];
    }

    /// <summary>Limits concurrent searches, so that other callers get connections.</summary>
    private async Task<T> InTurn<T>(string step, Func<Task<T>> statement, CancellationToken token)
    {
        using var permit = await searches.Enter(token);
        var began = Stopwatch.GetTimestamp();
        var result = await statement();
        NavigatorMeter.RetrievalSeconds.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, KeyValuePair.Create("step", (object?)step));
        return result;
    }

    private static double Coverage(string question, string text)
    {
        var words = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        return words.Count == 0 ? 0 : Terms.Of(text).Distinct(StringComparer.Ordinal).Count(words.Contains) / (double)words.Count;
    }
}
