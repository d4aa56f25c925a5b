using System.Diagnostics;
using Microsoft.Extensions.Options;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Text;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>Finds the passages that match queries and vectors best: fuses two legs and reranks the best candidates.</summary>
internal sealed class PassageSearcher(IPassageIndex index, IOptions<RetrievalOptions> options, Bounds bounds)
{
    private readonly Bulkhead searches = bounds.Bulkhead("searches", "passages", now => now.Postgres.Searches);

    private static readonly KeyValuePair<string, object?> Lexical = new("leg", "lexical"), Vector = new("leg", "vector");

    /// <summary>A passage that only the lexical leg found must contain this share of the question's words.</summary>
    private const double LeastCoverage = 0.5;

    /// <returns>The passages, best first, and whether the best one matches the question well enough to be worth an answer.</returns>
    public async Task<(IReadOnlyList<FoundPassage> Passages, bool Fits)> Search(
        string tenant, string model, IReadOnlyList<PassageQuery> queries, IReadOnlyList<Guid>? documentIds, CancellationToken token)
    {
        var settings = options.Value;
        var search = new PassageSearch(tenant, model, queries, documentIds, settings.Candidates, settings.SimilarityFloor);
        var legs = await InTurn("search", () => index.Search(search, token), token);
        foreach (var leg in legs)
        {
            NavigatorMeter.RetrievalHits.Record(leg.Lexical.Count, Lexical);
            NavigatorMeter.RetrievalHits.Record(leg.Nearest.Count, Vector);
        }
        var weight = model == HashedNgramEmbedder.ModelName ? settings.OfflineVectorWeight : settings.VectorWeight;
        var candidates = Fusion.Fuse(legs, weight, settings.Reranked);
        if (candidates.Count == 0)
            return ([], false);
        var texts = (await InTurn("read", () => index.Read(tenant, [.. candidates.Select(candidate => candidate.PassageId)], token), token))
            .ToDictionary(cited => cited.Passage.Id, cited => string.Join('\n', [.. cited.Passage.Headings, cited.Passage.Text]));
        // The first query is the question itself. The other queries only helped to find candidates.
        var passages = Reranker.Rerank(queries[0].Text, candidates, texts, settings.Passages);
        // The vector leg drops passages below its floor. Offline vectors know spelling only, so a few common words are no evidence.
        var fits = (model != HashedNgramEmbedder.ModelName && passages.Any(passage => passage.Similarity is not null))
            || passages.Any(passage => Coverage(queries[0].Text, texts[passage.PassageId]) >= LeastCoverage);
        return (passages, fits);
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
