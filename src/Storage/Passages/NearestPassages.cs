using System.Numerics.Tensors;

namespace Navigator.Storage.Passages;

/// <summary>
/// Finds the passages nearest to one question: first from the codes of all of them, then from the vectors of the few that may be among the
/// nearest. The result is the same as if the question were compared with every vector:
/// <list type="bullet">
/// <item>The cosine is the dot product of question and direction, both 1 long. A direction is its code plus an error e. The dot product of
/// the question and e is at most as large as e is long (Cauchy and Schwarz). So the cosine lies between what the code says less the error's
/// length and the same plus it, widened by what float sums round.</item>
/// <item>If as many passages as are wanted have a lower bound of s or more, each passage whose upper bound is below s is worse than all of
/// them. It is passed over. So is one whose upper bound is below the floor.</item>
/// <item>Every other passage is a candidate. Its cosine is computed from its vector, and only that decides whether it is found, and
/// where. Equal ones, whose order is that of their ids, have bounds around the same cosine, so none of them is passed over early.</item>
/// </list>
/// </summary>
internal sealed class NearestPassages
{
    /// <summary>Candidates kept at most, and those of one more part: where nearly all are equally near, their vectors are read meanwhile.</summary>
    private const int Most = 8_192;

    /// <summary>Vectors read with one statement. The best come first: after them, many of the other candidates are out of the question.</summary>
    private const int Batch = 64;

    private readonly float[] question;
    private readonly int limit;
    private readonly double floor;

    /// <summary>
    /// By how much rounding may move the cosine from the vector and the one from the code apart. A sum of n float products is off by
    /// n × 2^-24 at most where both vectors are 1 long, and there are two such sums. The 8 are for the steps before and after them.
    /// </summary>
    private readonly double rounding;

    private readonly List<Candidate> candidates = [];

    /// <summary>The highest lower bounds, as many as passages are wanted.</summary>
    private readonly PriorityQueue<double, double> lowerBounds = new();
    private readonly BestHits best;

    /// <summary>A passage whose cosine is below this is not found. It only rises.</summary>
    private double least;

    /// <param name="vector">float[dimensions], of any length.</param>
    /// <param name="limit">How many passages are wanted.</param>
    /// <param name="floor">Cosine below which a passage is not found.</param>
    public NearestPassages(ReadOnlyMemory<float> vector, int limit, double floor)
    {
        (this.limit, this.floor, least, best) = (limit, floor, floor, new BestHits(limit));
        question = vector.ToArray();
        PassageVectors.Normalize(question);
        rounding = (question.Length + 8) * Math.ScaleB(2, -23);
    }

    /// <summary>Compares with the codes of all passages of a part.</summary>
    /// <returns>True where there are so many candidates now that they must be settled before the next part.</returns>
    public bool Compare(PassageVectors part, Guid document)
    {
        for (var i = 0; i < part.Count; i++)
        {
            var similarity = part.Similarity(question, i);
            var error = part[i].Error + rounding;
            // A vector with a number that is none is not near to anything: it does not pass this either.
            if (similarity + error >= least)
            {
                candidates.Add(new Candidate(part[i].Id, part[i].Number, document, similarity + error));
                Raise(similarity - error);
            }
        }
        if (candidates.Count >= Most)
            candidates.RemoveAll(candidate => candidate.UpperBound < least);
        return candidates.Count >= Most;
    }

    /// <summary>Compares with the vectors of the candidates, until none that is left can be among the nearest.</summary>
    /// <param name="read">Reads the vectors of these candidates, and gives each to <see cref="Add"/>.</param>
    public void Settle(Action<List<Candidate>> read)
    {
        candidates.Sort((one, other) => other.UpperBound.CompareTo(one.UpperBound));
        for (var i = 0; i < candidates.Count && candidates[i].UpperBound >= least; i += Batch)
            read(candidates.GetRange(i, Math.Min(Batch, candidates.Count - i)));
        candidates.Clear();
    }

    /// <param name="vector">The candidate's. It is made 1 long in place.</param>
    public void Add(Candidate candidate, Span<float> vector)
    {
        PassageVectors.Normalize(vector);
        // The question first: Dot aligns its steps to that one, so that equal vectors have equal scores wherever they lie in memory.
        // Rounding may pass 1, which a cosine does not; pgvector cuts it off too.
        var similarity = Math.Clamp((double)TensorPrimitives.Dot<float>(question, vector), -1, 1);
        if (similarity >= floor)
            best.Add(new Hit(candidate.Passage, candidate.Document, similarity));
        least = Math.Max(least, best.Least);
    }

    /// <summary>Best first, once all candidates are settled. It is empty afterwards.</summary>
    public List<Hit> Ranked() => best.Ranked();

    private void Raise(double lowerBound)
    {
        if (lowerBounds.Count < limit)
            lowerBounds.Enqueue(lowerBound, lowerBound);
        else
            lowerBounds.EnqueueDequeue(lowerBound, lowerBound);
        if (lowerBounds.Count == limit && lowerBounds.TryPeek(out var worst, out _))
            least = Math.Max(least, worst);
    }
}

/// <summary>A passage that may be among the nearest.</summary>
/// <param name="Number">Its row in the file.</param>
/// <param name="UpperBound">Its cosine is not higher.</param>
internal readonly record struct Candidate(Guid Passage, long Number, Guid Document, double UpperBound);
