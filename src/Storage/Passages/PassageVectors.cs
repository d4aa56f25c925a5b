using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using HalfVector = Pgvector.HalfVector;

namespace Navigator.Storage.Passages;

/// <summary>
/// The codes of consecutive passages of one document. A code has one byte, -127 to 127, for each number of the passage's normalized vector, its
/// direction. The code times the passage's scale differs from the direction by an error of known length.
/// </summary>
/// <param name="capacity">Maximum number of passages.</param>
/// <param name="dimensions">Numbers in each vector.</param>
internal sealed class PassageVectors(int capacity, int dimensions)
{
    private readonly CodedPassage[] passages = new CodedPassage[capacity];
    private readonly sbyte[] codes = new sbyte[capacity * dimensions];

    public int Count { get; private set; }

    public CodedPassage this[int passage] => passages[passage];

    /// <summary>Size in memory of this many passages: 32 bytes for each, and one for each of its numbers.</summary>
    public static long BytesOf(int passages, int dimensions) => passages * (32L + dimensions);

    /// <param name="vector">The vector. It is scaled to length 1 in place.</param>
    public void Add(Guid id, long number, Span<float> vector)
    {
        if (vector.Length != dimensions)
            throw new InvalidOperationException($"Passage {id} has a vector of {vector.Length} numbers, the question one of {dimensions}.");
        Normalize(vector);
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude<float>(vector));
        var scale = largest / sbyte.MaxValue;
        var steps = largest > 0 ? sbyte.MaxValue / largest : 0;
        var code = codes.AsSpan(Count * dimensions, dimensions);
        var squares = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            code[i] = (sbyte)MathF.Round(vector[i] * steps);
            var error = vector[i] - (double)scale * code[i];
            squares += error * error;
        }
        passages[Count++] = new CodedPassage(id, number, scale, (float)Math.Sqrt(squares));
    }

    /// <summary>
    /// Returns the cosine of a question and a passage, computed from the code. It is off by at most the passage's error plus the rounding of the
    /// sum.
    /// </summary>
    /// <param name="question">float[dimensions] of length 1.</param>
    public double Similarity(ReadOnlySpan<float> question, int passage)
    {
        if (question.Length != dimensions)
            throw new InvalidOperationException($"The question has a vector of {question.Length} numbers, passages one of {dimensions}.");
        return (double)passages[passage].Scale * Dot(question, codes.AsSpan(passage * dimensions, dimensions));
    }

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

    /// <summary>Returns a vector as PostgreSQL stores and compares it: of length 1, in half precision.</summary>
    public static HalfVector ToHalf(ReadOnlyMemory<float> vector)
    {
        var direction = vector.ToArray();
        Normalize(direction);
        return new HalfVector(Array.ConvertAll(direction, number => (Half)number));
    }

    public static ReadOnlyMemory<float> FromHalf(HalfVector vector)
    {
        var direction = new float[vector.Memory.Length];
        TensorPrimitives.ConvertToSingle(vector.Memory.Span, direction);
        Normalize(direction);
        return direction;
    }

    private static float Dot(ReadOnlySpan<float> question, ReadOnlySpan<sbyte> code)
    {
        var codes = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(code);
        var numbers = MemoryMarshal.Cast<float, Vector<float>>(question)[..(codes.Length * 4)];
        // Four sums, so that an addition does not wait for the previous one.
        var (first, second, third, fourth) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        for (var i = 0; i < codes.Length; i++)
        {
            Vector.Widen(codes[i], out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            var four = numbers.Slice(i * 4, 4);
            first = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(a), four[0], first);
            second = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(b), four[1], second);
            third = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(c), four[2], third);
            fourth = Vector.FusedMultiplyAdd(Vector.ConvertToSingle(d), four[3], fourth);
        }
        var sum = Vector.Sum(first + second + (third + fourth));
        for (var i = codes.Length * Vector<sbyte>.Count; i < code.Length; i++)
            sum += question[i] * code[i];
        return sum;
    }
}

/// <param name="Number">The passage's row in the file.</param>
/// <param name="Scale">The value of one step of the code.</param>
/// <param name="Error">The length of the difference between the direction and the code times the scale.</param>
internal readonly record struct CodedPassage(Guid Id, long Number, float Scale, float Error);
