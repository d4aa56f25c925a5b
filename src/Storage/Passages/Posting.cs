using System.Runtime.InteropServices;

namespace Navigator.Storage.Passages;

/// <summary>
/// A passage of a document that contains a term, and the term's weight there. The postings of one term in one document are stored one after
/// the other in their memory layout, which is little-endian on x64 and Arm64.
/// </summary>
internal readonly record struct Posting(int Ordinal, float Weight)
{
    /// <summary>Size of one posting, in bytes.</summary>
    public const int Size = sizeof(int) + sizeof(float);

    public static byte[] Write(List<Posting> postings) => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(postings)).ToArray();

    public static ReadOnlySpan<Posting> Read(ReadOnlySpan<byte> stored) => MemoryMarshal.Cast<byte, Posting>(stored);
}
