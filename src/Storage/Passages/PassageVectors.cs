using System.Numerics.Tensors;

namespace Navigator.Storage.Passages;

/// <summary>The normalized vectors of consecutive passages of one document.</summary>
/// <param name="capacity">Maximum number of passages.</param>
/// <param name="dimensions">Numbers in each vector.</param>
internal sealed class PassageVectors(int capacity, int dimensions)
{
    private readonly List<Guid> ids = new(capacity);
    private readonly float[] directions = new float[capacity * dimensions];

    public int Count => ids.Count;

    /// <summary>Size in memory.</summary>
    public long Bytes => BytesOf(capacity, dimensions);

    /// <summary>Size in memory of this many passages: an id of 16 bytes and a vector in single precision for each.</summary>
    public static long BytesOf(int passages, int dimensions) => passages * (16L + (long)dimensions * sizeof(float));

    public void Add(Guid id, ReadOnlySpan<float> vector)
    {
        if (vector.Length != dimensions)
            throw new InvalidOperationException($"Passage {id} has a vector of {vector.Length} numbers, the question one of {dimensions}.");
        var direction = directions.AsSpan(ids.Count * dimensions, dimensions);
        vector.CopyTo(direction);
        Normalize(direction);
        ids.Add(id);
    }

    public Guid Id(int passage) => ids[passage];

    /// <summary>float[dimensions] of length 1, or zero if the vector is zero.</summary>
    public ReadOnlySpan<float> Direction(int passage) => directions.AsSpan(passage * dimensions, dimensions);

    /// <summary>Scales a vector to length 1, so that the cosine of two vectors is their dot product. A zero vector stays zero.</summary>
    public static void Normalize(Span<float> vector)
    {
        // A plain loop: the rounding of a vectorised sum depends on the memory alignment, and equal vectors must have equal scores.
        var squares = 0.0;
        foreach (var number in vector)
            squares += (double)number * number;
        if (squares > 0)
            TensorPrimitives.Divide<float>(vector, (float)Math.Sqrt(squares), vector);
    }
}
