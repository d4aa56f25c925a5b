using System.Numerics.Tensors;

namespace Navigator.Storage.Passages;

/// <summary>
/// Finds the passages nearest to one question. It compares the question with the codes of all passages, and then with the vectors of the few
/// passages that may be among the nearest. The result is the same as if the question were compared with every vector:
/// <list type="bullet">
/// <item>The cosine is the dot product of the question and the passage's direction, both of length 1. A direction is its code plus an error
/// e. The dot product of the question and e is at most the length of e (Cauchy and Schwarz). So the cosine differs from the code's value by at
/// most the length of e, plus the rounding of float sums. This gives a lower and an upper bound.</item>
/// <item>If limit passages have a lower bound of s or more, each passage with an upper bound below s is worse than all of them and is
/// skipped. A passage with an upper bound below the floor is skipped too.</item>
/// <item>Every other passage is a candidate. Its cosine is computed from its vector, and only this cosine decides its rank. Passages with equal
/// cosines, which are ordered by id, have bounds around the same cosine, so none of them is skipped.</item>
/// </list>
/// </summary>
internal sealed class NearestPassages
{
    /// <summary>
    /// With this number of candidates their vectors are read before the next part is compared. It bounds memory if nearly all passages are
    /// equally near.
    /// </summary>
    private const int Most = 8_192;

    /// <summary>Vectors read with one statement. The best candidates come first, because their cosines exclude many others.</summary>
    private const int Batch = 64;

    private readonly float[] question;
    private readonly int limit;
    private readonly double floor;

    /// <summary>
    /// Maximum rounding difference between the cosine from the vector and the one from the code. A sum of n float products of two vectors of
    /// length 1 is off by at most n × 2^-24, and there are two such sums. The 8 covers the steps before and after them.
    /// </summary>
    private readonly double rounding;

    private readonly List<Candidate> candidates = [];

    /// <summary>The highest lower bounds, at most limit of them.</summary>
    private readonly PriorityQueue<double, double> lowerBounds = new();
    private readonly BestHits best;

    /// <summary>A passage whose cosine is below this value is not in the result. The value only rises.</summary>
    private double least;

    /// <param name="vector">float[dimensions], of any length.</param>
    /// <param name="limit">Number of passages wanted.</param>
    /// <param name="floor">Cosine below which a passage is not found.</param>
    public NearestPassages(ReadOnlyMemory<float> vector, int limit, double floor)
    {
        (this.limit, this.floor, least, best) = (limit, floor, floor, new BestHits(limit));
        question = vector.ToArray();
        PassageVectors.Normalize(question);
        rounding = (question.Length + 8) * Math.ScaleB(2, -23);
    }

    /// <summary>Compares the question with the codes of a part.</summary>
    /// <returns>True if there are so many candidates that <see cref="Settle"/> must run before the next part.</returns>
    public bool Compare(PassageVectors part, Guid document)
    {
        for (var i = 0; i < part.Count; i++)
        {
            var similarity = part.Similarity(question, i);
            var error = part[i].Error + rounding;
            // A vector that contains NaN fails this comparison too.
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

    /// <summary>Compares the question with the vectors of the candidates until no other candidate can be among the nearest.</summary>
    /// <param name="read">Reads the vectors of these candidates and calls <see cref="Add"/> with each.</param>
    public void Settle(Action<List<Candidate>> read)
    {
        candidates.Sort((one, other) => other.UpperBound.CompareTo(one.UpperBound));
        for (var i = 0; i < candidates.Count && candidates[i].UpperBound >= least; i += Batch)
            read(candidates.GetRange(i, Math.Min(Batch, candidates.Count - i)));
        candidates.Clear();
    }

    /// <param name="vector">The candidate's vector. It is scaled to length 1 in place.</param>
    public void Add(Candidate candidate, Span<float> vector)
    {
        PassageVectors.Normalize(vector);
        // The question is the first argument because Dot aligns its steps to it, so that equal vectors get equal scores at any memory address.
        // Rounding may exceed 1, which a cosine cannot; pgvector clamps it too.
        var similarity = Math.Clamp((double)TensorPrimitives.Dot<float>(question, vector), -1, 1);
        if (similarity >= floor)
            best.Add(new Hit(candidate.Passage, candidate.Document, similarity));
        least = Math.Max(least, best.Least);
    }

    /// <summary>Removes and returns the hits, best first. All candidates must be settled.</summary>
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
/// <param name="Number">The passage's row in the file.</param>
/// <param name="UpperBound">The cosine is at most this value.</param>
internal readonly record struct Candidate(Guid Passage, long Number, Guid Document, double UpperBound);
