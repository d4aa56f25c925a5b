using Navigator.Runtime.Tools;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>Chooses the sources with the highest total weight that fit into the token budget.</summary>
internal static class SourceBudget
{
    /// <summary>Tokens per step of the dynamic program: accurate enough and fast.</summary>
    private const int Grain = 8;

    /// <summary>A source is a duplicate if a better source contains at least this share of its words.</summary>
    private const double Same = 0.9;

    /// <returns>The chosen sources, best first, numbered from 1.</returns>
    public static IReadOnlyList<Source> Within(int budget, IEnumerable<Source> sources)
    {
        var candidates = Different([.. sources.Where(source => source.SanitizedText.Length > 0).OrderByDescending(source => source.Weight)]);
        var chosen = Choose(candidates, budget / Grain);
        if (chosen.Count == 0 && candidates.Count > 0)
            chosen = [Cut(candidates[0], budget)]; // too long to be read whole, too good to be left out
        return [.. chosen.Select((source, i) => source with { Marker = i + 1 })];
    }

    /// <summary>Solves the 0/1 knapsack problem by dynamic programming over tokens, for a few dozen sources and a few hundred steps.</summary>
    private static List<Source> Choose(IReadOnlyList<Source> candidates, int room)
    {
        var weights = candidates.Select(source => (Tokens.Estimate(source.SanitizedText) + Grain - 1) / Grain).ToList();
        var best = new double[candidates.Count + 1, room + 1];
        for (var i = 0; i < candidates.Count; i++)
        {
            // Every source has a value above 0, so that free budget is used.
            var value = Math.Max(candidates[i].Weight, 0) + 0.001;
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
            var words = Terms.Of(source.SanitizedText).ToHashSet(StringComparer.Ordinal);
            if (words.Count > 0 && terms.Any(better => words.Count(better.Contains) >= words.Count * Same))
                continue;
            kept.Add(source);
            terms.Add(words);
        }
        return kept;
    }

    private static Source Cut(Source source, int budget)
    {
        var text = source.SanitizedText;
        while (Tokens.Estimate(text) > budget && text.Length > 1)
            text = text[..(text.Length * 3 / 4)];
        return source with { SanitizedText = text };
    }
}
