using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Text;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// Puts passages of different places first. Neighbours of a better passage on its page follow behind them, because an answer may go on there.
/// Near duplicates of a better passage are left out, because policies repeat their text.
/// </summary>
internal static class DistinctPlaces
{
    /// <summary>A passage is a near duplicate if a better one contains at least this share of its words.</summary>
    private const double Same = 0.9;

    /// <param name="ranked">Best first. A passage without an entry in <paramref name="texts"/> was deleted meanwhile and is left out.</param>
    /// <param name="limit">Maximum number of places, and of neighbours.</param>
    /// <param name="repetitions">Receives the near duplicates that were left out.</param>
    public static IReadOnlyList<FoundPassage> Of(
        IReadOnlyList<FoundPassage> ranked, IReadOnlyDictionary<Guid, Passage> texts, int limit, ISet<Guid> repetitions)
    {
        var (places, neighbours, seen) = (new List<FoundPassage>(), new List<FoundPassage>(), new List<(Passage Passage, HashSet<string> Words)>());
        foreach (var found in ranked)
        {
            if (places.Count == limit)
                break;
            if (!texts.TryGetValue(found.PassageId, out var passage))
                continue;
            var words = Terms.Of(passage.Text).ToHashSet(StringComparer.Ordinal);
            if (seen.Exists(better => IsDuplicate(better.Words, words)))
            {
                repetitions.Add(found.PassageId);
                continue;
            }
            (seen.Exists(better => IsNeighbour(better.Passage, passage)) ? neighbours : places).Add(found);
            seen.Add((passage, words));
        }
        // A neighbour scores at most as the last place, so that sources sorted by their weight keep this order.
        return [.. places, .. neighbours.Take(limit).Select(found => found with { Score = Math.Min(found.Score, places[^1].Score) })];
    }

    /// <summary>Without pages, neighbours are different places: a short document has only a few passages.</summary>
    private static bool IsNeighbour(Passage better, Passage other) =>
        better.Page is not null && better.Page == other.Page && better.DocumentId == other.DocumentId
        && Math.Abs(better.Ordinal - other.Ordinal) == 1;

    private static bool IsDuplicate(HashSet<string> better, HashSet<string> words) =>
        words.Count > 0 && words.Count(better.Contains) >= words.Count * Same;
}
