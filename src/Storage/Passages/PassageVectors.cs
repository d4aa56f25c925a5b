using System.Numerics.Tensors;

namespace Navigator.Storage.Passages;

/// <summary>Passages of one document that follow each other, and the direction of each one's vector.</summary>
/// <param name="capacity">Passages that it has room for.</param>
/// <param name="dimensions">Numbers in each vector.</param>
internal sealed class PassageVectors(int capacity, int dimensions)
{
    private readonly List<Guid> ids = new(capacity);
    private readonly float[] directions = new float[capacity * dimensions];

    public int Count => ids.Count;

    /// <summary>What it takes in memory.</summary>
    public long Bytes => BytesOf(capacity, dimensions);

    /// <summary>What so many passages take in memory: an id of 16 bytes and a direction in single precision each.</summary>
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

    /// <summary>float[dimensions] of length 1, or zero where the vector is zero.</summary>
    public ReadOnlySpan<float> Direction(int passage) => directions.AsSpan(passage * dimensions, dimensions);

    /// <summary>Makes a vector 1 long, so that the cosine of two is their dot product. Zero stays zero.</summary>
    public static void Normalize(Span<float> vector)
    {
        // One number after the other: how a vectorised sum rounds depends on where the vector lies in memory, and equal vectors are to tie.
        var squares = 0.0;
        foreach (var number in vector)
            squares += (double)number * number;
        if (squares > 0)
            TensorPrimitives.Divide<float>(vector, (float)Math.Sqrt(squares), vector);
    }
}
