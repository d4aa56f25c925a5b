using Microsoft.Extensions.Options;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Workers.Tools.Embedding;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>Queries and their vectors → the passages that fit them best: two legs, fused, the best of them looked at closely.</summary>
internal sealed class PassageSearcher(IPassageIndex index, IOptions<RetrievalOptions> options)
{
    public async Task<IReadOnlyList<FoundPassage>> Search(
        string tenant, string model, IReadOnlyList<PassageQuery> queries, IReadOnlyList<Guid>? documentIds, CancellationToken token)
    {
        var settings = options.Value;
        var legs = await index.Search(
            new PassageSearch(tenant, model, queries, documentIds, settings.Candidates, settings.SimilarityFloor), token);
        var weight = model == HashedNgramEmbedder.ModelName ? settings.OfflineVectorWeight : settings.VectorWeight;
        var candidates = Fusion.Fuse(legs, weight, settings.Reranked);
        if (candidates.Count == 0)
            return [];
        var texts = (await index.Read(tenant, [.. candidates.Select(candidate => candidate.PassageId)], token))
            .ToDictionary(cited => cited.Passage.Id, cited => string.Join('\n', [.. cited.Passage.Headings, cited.Passage.Text]));
        return Reranker.Rerank([.. queries.Select(query => query.Text)], candidates, texts, settings.Passages);
    }
}
