using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Text;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>Queries and their vectors → the passages that fit them best: two legs, fused, the best of them looked at closely.</summary>
internal sealed class PassageSearcher(IPassageIndex index, IOptions<RetrievalOptions> options, Bounds bounds)
{
    private readonly Gate searches = bounds.Gate("searches", "passages", now => now.Postgres.Searches);

    /// <summary>Of the question's words, how many a passage has that only words found: with fewer it is about something else.</summary>
    private const double LeastCoverage = 0.5;

    /// <returns>Best first, and whether the best is near enough to the question to be worth an answer.</returns>
    public async Task<(IReadOnlyList<FoundPassage> Passages, bool Fits)> Search(
        string tenant, string model, IReadOnlyList<PassageQuery> queries, IReadOnlyList<Guid>? documentIds, CancellationToken token)
    {
        var settings = options.Value;
        var search = new PassageSearch(tenant, model, queries, documentIds, settings.Candidates, settings.SimilarityFloor);
        var legs = await InTurn(() => index.Search(search, token), token);
        var weight = model == HashedNgramEmbedder.ModelName ? settings.OfflineVectorWeight : settings.VectorWeight;
        var candidates = Fusion.Fuse(legs, weight, settings.Reranked);
        if (candidates.Count == 0)
            return ([], false);
        var texts = (await InTurn(() => index.Read(tenant, [.. candidates.Select(candidate => candidate.PassageId)], token), token))
            .ToDictionary(cited => cited.Passage.Id, cited => string.Join('\n', [.. cited.Passage.Headings, cited.Passage.Text]));
        // The first is the question itself; the others helped to find what is looked at now.
        var passages = Reranker.Rerank(queries[0].Text, candidates, texts, settings.Passages);
        // The vector leg finds nothing below its floor, but hashed vectors know spelling only; a few words in common are an accident.
        var fits = (model != HashedNgramEmbedder.ModelName && passages.Any(passage => passage.Similarity is not null))
            || passages.Any(passage => Coverage(queries[0].Text, texts[passage.PassageId]) >= LeastCoverage);
        return (passages, fits);
    }

    /// <summary>Those who search leave connections to the others.</summary>
    private async Task<T> InTurn<T>(Func<Task<T>> statement, CancellationToken token)
    {
        using var place = await searches.Enter(token);
        return await statement();
    }

    private static double Coverage(string question, string text)
    {
        var words = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        return words.Count == 0 ? 0 : Terms.Of(text).Distinct(StringComparer.Ordinal).Count(words.Contains) / (double)words.Count;
    }
}
