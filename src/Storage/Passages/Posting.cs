using System.Runtime.InteropServices;

namespace Navigator.Storage.Passages;

/// <summary>
/// In which passage of a document a term stands, and what it weighs there. A term's postings of one document are stored one after the
/// other, as they lie in memory: in little-endian, which is how x64 and Arm64 lay out numbers.
/// </summary>
internal readonly record struct Posting(int Ordinal, float Weight)
{
    /// <summary>Bytes of one.</summary>
    public const int Size = sizeof(int) + sizeof(float);

    public static byte[] Write(List<Posting> postings) => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(postings)).ToArray();

    public static ReadOnlySpan<Posting> Read(ReadOnlySpan<byte> stored) => MemoryMarshal.Cast<byte, Posting>(stored);
}
