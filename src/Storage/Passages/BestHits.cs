namespace Navigator.Storage.Passages;

/// <summary>Of any number of hits, the best: by score, and of equal ones those with the earlier ids.</summary>
internal sealed class BestHits(int limit)
{
    /// <summary>Of equal ones, the one with the later id is worse.</summary>
    private static readonly Comparer<Hit> WorstFirst = Comparer<Hit>.Create((one, other) =>
    {
        var byScore = one.Score.CompareTo(other.Score);
        return byScore != 0 ? byScore : UuidOrder.Instance.Compare(other.PassageId, one.PassageId);
    });

    private readonly PriorityQueue<Hit, Hit> hits = new(WorstFirst);

    /// <summary>A hit below this score is not among the best.</summary>
    public double Least => hits.Count == limit && hits.TryPeek(out var worst, out _) ? worst.Score : double.NegativeInfinity;

    public void Add(Hit hit)
    {
        if (hits.Count < limit)
            hits.Enqueue(hit, hit);
        else
            hits.EnqueueDequeue(hit, hit);
    }

    /// <summary>Best first. It is empty afterwards.</summary>
    public List<Hit> Ranked()
    {
        var ranked = new List<Hit>(hits.Count);
        while (hits.TryDequeue(out var hit, out _))
            ranked.Add(hit);
        ranked.Reverse();
        return ranked;
    }
}
