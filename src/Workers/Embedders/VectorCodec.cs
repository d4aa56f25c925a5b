using System.Buffers.Binary;

namespace Navigator.Workers.Embedders;

/// <summary>A vector in a message: base64 of little-endian float32.</summary>
internal static class VectorCodec
{
    public static string Encode(ReadOnlyMemory<float> vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector.Span[i]);
        return Convert.ToBase64String(bytes);
    }

    /// <exception cref="FormatException">The text is not base64 of numbers.</exception>
    public static float[] Decode(string text)
    {
        var bytes = Convert.FromBase64String(text);
        if (bytes.Length == 0 || bytes.Length % sizeof(float) != 0)
            throw new FormatException($"The vector has {bytes.Length} bytes.");
        var vector = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        return vector;
    }
}
