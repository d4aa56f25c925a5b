namespace Navigator.Storage;

/// <summary>PostgreSQL's order of uuid: byte by byte, big-endian. For UUIDv7 that is the order of creation.</summary>
internal sealed class UuidOrder : IComparer<Guid>
{
    public static readonly UuidOrder Instance = new();

    public int Compare(Guid x, Guid y)
    {
        Span<byte> left = stackalloc byte[16], right = stackalloc byte[16];
        x.TryWriteBytes(left, bigEndian: true, out _);
        y.TryWriteBytes(right, bigEndian: true, out _);
        return left.SequenceCompareTo(right);
    }
}
