using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>Notes how each candidate was ranked, so that its owner can see why an answer used a passage.</summary>
internal static class Explanation
{
    /// <param name="legs">Of the question itself.</param>
    /// <param name="fused">Best first.</param>
    /// <param name="chosen">The passages that the answer may use, best first.</param>
    /// <param name="isPresent">False for a passage that was deleted meanwhile.</param>
    /// <param name="isRepetition">True for a passage that repeats a better one.</param>
    public static IReadOnlyList<RankedCandidate> Of(
        SearchLegs legs, IEnumerable<FoundPassage> fused, IReadOnlyList<FoundPassage> chosen, Func<Guid, bool> isPresent,
        Func<Guid, bool> isRepetition)
    {
        var (vectors, words, final) = (Places(legs.Nearest), Places(legs.Lexical), new Dictionary<Guid, int>());
        foreach (var passage in chosen)
            final[passage.PassageId] = final.Count + 1;
        return
        [
            .. fused.Select((passage, i) =>
            {
                var (id, isChosen) = (passage.PassageId, final.TryGetValue(passage.PassageId, out var rank));
                var (vector, word) = (vectors.GetValueOrDefault(id), words.GetValueOrDefault(id));
                return new RankedCandidate(
                    id, passage.DocumentId, vector?.Rank, vector?.Score, word?.Rank, word?.Score, i + 1, passage.Score, isChosen ? rank : null,
                    isChosen ? null : !isPresent(id) ? "deleted" : isRepetition(id) ? "repeats a better passage" : "below the best");
            }),
        ];
    }

    private static Dictionary<Guid, Place> Places(IReadOnlyList<Hit> hits) =>
        hits.Select((hit, i) => (hit.PassageId, new Place(i + 1, Math.Round(hit.Score, 4)))).ToDictionary();

    private sealed record Place(int Rank, double Score);
}
