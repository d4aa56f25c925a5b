using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Navigator.Storage.Passages;

/// <summary>
/// Passages of one document that follow each other, and a code of each one's direction: a whole number from -127 to 127 for each of its
/// numbers, a quarter of their size. The code times the passage's scale is the direction, except for an error whose length is known.
/// </summary>
/// <param name="capacity">Passages that it has room for.</param>
/// <param name="dimensions">Numbers in each vector.</param>
internal sealed class PassageVectors(int capacity, int dimensions)
{
    private readonly CodedPassage[] passages = new CodedPassage[capacity];
    private readonly sbyte[] codes = new sbyte[capacity * dimensions];

    public int Count { get; private set; }

    public CodedPassage this[int passage] => passages[passage];

    /// <summary>What so many passages take in memory: each 32 bytes, and one for each of its numbers.</summary>
    public static long BytesOf(int passages, int dimensions) => passages * (32L + dimensions);

    /// <param name="vector">It is made 1 long in place.</param>
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
    /// The cosine of a question and a passage, from the passage's code. It is off by no more than the passage's error, and by what the sum
    /// rounds.
    /// </summary>
    /// <param name="question">float[dimensions] of length 1.</param>
    public double Similarity(ReadOnlySpan<float> question, int passage)
    {
        if (question.Length != dimensions)
            throw new InvalidOperationException($"The question has a vector of {question.Length} numbers, passages one of {dimensions}.");
        return (double)passages[passage].Scale * Dot(question, codes.AsSpan(passage * dimensions, dimensions));
    }

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

    private static float Dot(ReadOnlySpan<float> question, ReadOnlySpan<sbyte> code)
    {
        var codes = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(code);
        var numbers = MemoryMarshal.Cast<float, Vector<float>>(question)[..(codes.Length * 4)];
        // Four sums, so that an addition need not wait for the one before it.
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

/// <param name="Number">Its row in the file.</param>
/// <param name="Scale">What one step of its code is worth.</param>
/// <param name="Error">The length of the difference between its direction and its code times the scale.</param>
internal readonly record struct CodedPassage(Guid Id, long Number, float Scale, float Error);
