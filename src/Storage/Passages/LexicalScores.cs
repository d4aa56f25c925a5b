namespace Navigator.Storage.Passages;

/// <summary>
/// Scores the passages of the searched documents for one question: weight × idf, summed over the question's terms and divided by the score of
/// a passage that contains each of them once.
/// </summary>
/// <typeparam name="TDocument">What the store calls a document by.</typeparam>
/// <param name="passages">Number of passages of each searched document.</param>
internal sealed class LexicalScores<TDocument>(IReadOnlyDictionary<TDocument, int> passages)
    where TDocument : notnull
{
    private readonly long size = passages.Values.Sum(count => (long)count);

    /// <summary>Scores by ordinal, for the documents that contain a term. An array is ten times as fast as a dictionary of passages.</summary>
    private readonly Dictionary<TDocument, double[]> scores = [];
    private double ofAll;

    /// <summary>Adds a term. Postings of documents that are not searched are skipped.</summary>
    public void Add(IReadOnlyList<(TDocument Document, byte[] Postings)> found)
    {
        var searched = found.Where(each => passages.ContainsKey(each.Document)).ToList();
        var idf = Bm25.Idf(size, searched.Sum(each => (long)each.Postings.Length / Posting.Size));
        ofAll += Bm25.WeightOfOne * idf;
        foreach (var (document, postings) in searched)
        {
            if (!scores.TryGetValue(document, out var ofDocument))
                scores.Add(document, ofDocument = new double[passages[document]]);
            foreach (var posting in Posting.Read(postings))
            {
                // A document that was ingested anew between the two reads may have more passages than were counted.
                if (posting.Ordinal < ofDocument.Length)
                    ofDocument[posting.Ordinal] += posting.Weight * idf;
            }
        }
    }

    /// <summary>
    /// Returns the best passages, in any order. They are more than the limit if several passages share the lowest score, because passages of
    /// equal scores are ordered by ids, which the store looks up.
    /// </summary>
    public List<ScoredPlace<TDocument>> Best(int limit)
    {
        var highest = new PriorityQueue<double, double>();
        foreach (var score in scores.Values.SelectMany(ofDocument => ofDocument))
        {
            if (score > 0 && highest.Count < limit)
                highest.Enqueue(score, score);
            else if (score > 0 && score > highest.Peek())
                highest.EnqueueDequeue(score, score);
        }
        var best = new List<ScoredPlace<TDocument>>();
        if (highest.Count == 0)
            return best;
        var least = highest.Peek();
        foreach (var (document, ofDocument) in scores)
        {
            for (var ordinal = 0; ordinal < ofDocument.Length; ordinal++)
                if (ofDocument[ordinal] >= least)
                    best.Add(new ScoredPlace<TDocument>(document, ordinal, ofDocument[ordinal] / ofAll));
        }
        return best;
    }
}

/// <summary>A passage by its document and its ordinal.</summary>
internal readonly record struct ScoredPlace<TDocument>(TDocument Document, int Ordinal, double Score);
