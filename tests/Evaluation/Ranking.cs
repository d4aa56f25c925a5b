namespace Navigator.Evaluation;

/// <summary>Quality of ranked lists against binary judgments, as means over the questions.</summary>
internal sealed record Ranking(double Ndcg10, double Map, double Recall100)
{
    /// <param name="lists">For each question its documents, best first, and the relevant ones.</param>
    public static Ranking Of(IReadOnlyList<(IReadOnlyList<int> Ranked, HashSet<int> Relevant)> lists) => new(
        lists.Average(list => Ndcg(list.Ranked, list.Relevant)),
        lists.Average(list => Precision(list.Ranked, list.Relevant)),
        lists.Average(list => list.Ranked.Take(100).Count(list.Relevant.Contains) / (double)list.Relevant.Count));

    private static double Ndcg(IReadOnlyList<int> ranked, HashSet<int> relevant)
    {
        var gained = ranked.Take(10).Select((document, i) => relevant.Contains(document) ? Gain(i) : 0).Sum();
        return gained / Enumerable.Range(0, Math.Min(10, relevant.Count)).Sum(Gain);
    }

    private static double Gain(int rank) => 1 / Math.Log2(rank + 2);

    private static double Precision(IReadOnlyList<int> ranked, HashSet<int> relevant)
    {
        var (found, sum) = (0, 0.0);
        for (var i = 0; i < ranked.Count; i++)
        {
            if (relevant.Contains(ranked[i]))
                sum += ++found / (i + 1.0);
        }
        return sum / relevant.Count;
    }
}
