namespace Navigator.Api.Documents;

/// <summary>An uploaded file that is being sent. It is read from the store in parts, as the caller reads it.</summary>
internal sealed class OriginalStream : Stream
{
    /// <summary>Maximum number of bytes in memory at once.</summary>
    private const int PartLength = 262_144;

    private readonly ReadPart read;
    private byte[] part;

    /// <summary>Position of the current part in the file.</summary>
    private long first;

    private OriginalStream(ReadPart read, long length, byte[] part) => (this.read, Length, this.part) = (read, length, part);

    /// <summary>Reads bytes of the file from a position. Returns null if the file was deleted.</summary>
    public delegate Task<byte[]?> ReadPart(long first, int count, CancellationToken token);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position { get; set; }

    /// <summary>The first bytes of the file. Valid before another part is read.</summary>
    public ReadOnlySpan<byte> Start => part;

    /// <returns>Null if the file was deleted.</returns>
    public static async Task<OriginalStream?> Open(ReadPart read, long length, CancellationToken token) =>
        await read(0, PartLength, token) is { } part ? new OriginalStream(read, length, part) : null;

    /// <exception cref="IOException">The document was deleted during the transfer. The caller's connection ends early.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length || buffer.Length == 0)
            return 0;
        if (Position < first || Position >= first + part.Length)
        {
            part = await read(Position, PartLength, cancellationToken) is { Length: > 0 } next
                ? next
                : throw new IOException("The document was deleted while it was sent.");
            first = Position;
        }
        var offset = (int)(Position - first);
        var count = Math.Min(buffer.Length, part.Length - offset);
        part.AsMemory(offset, count).CopyTo(buffer);
        Position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The database is read asynchronously only.");

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
