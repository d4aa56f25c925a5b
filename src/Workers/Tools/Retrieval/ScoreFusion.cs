using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// Fuses the two legs on absolute scores: cosine + weight · coverage². Coverage says how much of the question's words a passage has, so the best of
/// a bad word list counts little. Ranks, and scores relative to the question's own best, lose the passages that only the vectors find
/// (docs/decisions/0026).
/// </summary>
/// <param name="lexicalWeight">Weight of the squared coverage.</param>
/// <param name="perLeg">Maximum number of hits per leg and query.</param>
/// <param name="similarityFloor">The vector leg drops hits whose cosine is lower.</param>
internal sealed class ScoreFusion(double lexicalWeight, int perLeg, double similarityFloor)
{
    /// <summary>
    /// Query expansions are guesses. Only their vectors count, and less than the question's own: their words are common ones, which put the
    /// wrong pages first.
    /// </summary>
    private const double ExpansionShare = 0.9;

    /// <param name="queries">The first is the question itself.</param>
    /// <returns>Best first. Scores are from 0 to 1 and comparable between questions.</returns>
    public IReadOnlyList<FoundPassage> Fuse(IReadOnlyList<SearchLegs> queries)
    {
        var found = new Dictionary<Guid, FoundPassage>();
        for (var i = 0; i < queries.Count; i++)
        {
            foreach (var passage in i == 0 ? Own(queries[i]) : Expanded(queries[i]))
            {
                if (!found.TryGetValue(passage.PassageId, out var other))
                    found[passage.PassageId] = passage;
                else if (passage.Score > other.Score)
                    found[passage.PassageId] = passage with { Similarity = other.Similarity ?? passage.Similarity };
            }
        }
        return
        [
            .. found.Values.OrderByDescending(passage => passage.Score).ThenBy(passage => passage.PassageId)
                .Select(passage => passage with { Score = Math.Round(Math.Clamp(passage.Score / (1 + lexicalWeight), 0, 1), 4) }),
        ];
    }

    private IEnumerable<FoundPassage> Own(SearchLegs legs)
    {
        // A passage that one leg did not return scores at most as the last one that it did.
        var leastCosine = legs.Nearest.Count == perLeg ? legs.Nearest[^1].Score : similarityFloor;
        var leastCoverage = legs.Lexical.Count == perLeg ? legs.Lexical[^1].Score : 0;
        var cosines = legs.Nearest.ToDictionary(hit => hit.PassageId, hit => hit.Score);
        var coverages = legs.Lexical.ToDictionary(hit => hit.PassageId, hit => hit.Score);
        return legs.Nearest.Concat(legs.Lexical).DistinctBy(hit => hit.PassageId).Select(hit => new FoundPassage(
            hit.PassageId, hit.DocumentId,
            Score(cosines.GetValueOrDefault(hit.PassageId, leastCosine), coverages.GetValueOrDefault(hit.PassageId, leastCoverage)),
            cosines.TryGetValue(hit.PassageId, out var cosine) ? Math.Round(cosine, 4) : null));
    }

    private static IEnumerable<FoundPassage> Expanded(SearchLegs legs) => legs.Nearest.Select(
        hit => new FoundPassage(hit.PassageId, hit.DocumentId, ExpansionShare * hit.Score, Math.Round(hit.Score, 4)));

    private double Score(double cosine, double coverage) => cosine + lexicalWeight * coverage * coverage;
}
