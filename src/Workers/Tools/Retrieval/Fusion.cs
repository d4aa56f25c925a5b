using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// Reciprocal-rank fusion (Cormack, Clarke and Büttcher, 2009): a passage scores 1 / (60 + rank) in every list that contains it, so that scores
/// of different scales need not be compared.
/// </summary>
internal static class Fusion
{
    private const double K = 60;

    /// <returns>Best first. A passage that is first in every list scores 1.</returns>
    public static IReadOnlyList<FoundPassage> Fuse(IReadOnlyList<SearchLegs> queries, double vectorWeight, int limit)
    {
        var best = queries.Count * (1 + vectorWeight) / (K + 1);
        var scores = new Dictionary<Guid, (Guid DocumentId, double Score, double? Similarity)>();
        foreach (var legs in queries)
        {
            Add(legs.Lexical, 1, similar: false);
            Add(legs.Nearest, vectorWeight, similar: true);
        }
        return
        [
            .. scores.OrderByDescending(entry => entry.Value.Score).ThenBy(entry => entry.Key).Take(limit)
                .Select(entry => new FoundPassage(entry.Key, entry.Value.DocumentId, Math.Round(entry.Value.Score / best, 4),
                    entry.Value.Similarity)),
        ];

        void Add(IReadOnlyList<Hit> list, double weight, bool similar)
        {
            for (var rank = 0; rank < list.Count; rank++)
            {
                var hit = list[rank];
                var (_, score, similarity) = scores.GetValueOrDefault(hit.PassageId);
                if (similar)
                    similarity = Math.Max(similarity ?? -1, Math.Round(hit.Score, 4));
                scores[hit.PassageId] = (hit.DocumentId, score + weight / (K + 1 + rank), similarity);
            }
        }
    }
}
