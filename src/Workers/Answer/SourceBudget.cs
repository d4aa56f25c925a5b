using Navigator.Runtime.Tools;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>Chooses the sources that are worth most together and fit into the tokens there are: by value, not by order.</summary>
internal static class SourceBudget
{
    /// <summary>Tokens are counted by so many at a time: exact enough, and quick.</summary>
    private const int Grain = 8;

    /// <summary>Of its words that a better source has too: from there on it says the same once more.</summary>
    private const double Same = 0.9;

    /// <returns>Best first, numbered from 1.</returns>
    public static IReadOnlyList<Source> Within(int budget, IEnumerable<Source> sources)
    {
        var candidates = Different([.. sources.Where(source => source.Readable.Length > 0).OrderByDescending(source => source.Worth)]);
        var chosen = Choose(candidates, budget / Grain);
        if (chosen.Count == 0 && candidates.Count > 0)
            chosen = [Cut(candidates[0], budget)]; // too long to be read whole, too good to be left out
        return [.. chosen.Select((source, i) => source with { Marker = i + 1 })];
    }

    /// <summary>The 0/1 knapsack, by dynamic programming over tokens: a few dozen sources by a few hundred grains.</summary>
    private static List<Source> Choose(IReadOnlyList<Source> candidates, int room)
    {
        var weights = candidates.Select(source => (Tokens.Estimate(source.Readable) + Grain - 1) / Grain).ToList();
        var best = new double[candidates.Count + 1, room + 1];
        for (var i = 0; i < candidates.Count; i++)
        {
            // Even the worst is worth more than empty room.
            var value = Math.Max(candidates[i].Worth, 0) + 0.001;
            for (var left = 0; left <= room; left++)
            {
                best[i + 1, left] = best[i, left];
                if (weights[i] <= left && best[i, left - weights[i]] + value > best[i + 1, left])
                    best[i + 1, left] = best[i, left - weights[i]] + value;
            }
        }
        var chosen = new List<Source>();
        for (var (i, left) = (candidates.Count, room); i > 0; i--)
        {
            if (best[i, left] == best[i - 1, left])
                continue;
            chosen.Insert(0, candidates[i - 1]);
            left -= weights[i - 1];
        }
        return chosen;
    }

    private static List<Source> Different(IReadOnlyList<Source> sources)
    {
        var (kept, terms) = (new List<Source>(), new List<HashSet<string>>());
        foreach (var source in sources)
        {
            var words = Terms.Of(source.Readable).ToHashSet(StringComparer.Ordinal);
            if (words.Count > 0 && terms.Any(better => words.Count(better.Contains) >= words.Count * Same))
                continue;
            kept.Add(source);
            terms.Add(words);
        }
        return kept;
    }

    private static Source Cut(Source source, int budget)
    {
        var text = source.Readable;
        while (Tokens.Estimate(text) > budget && text.Length > 1)
            text = text[..(text.Length * 3 / 4)];
        return source with { Readable = text };
    }
}
