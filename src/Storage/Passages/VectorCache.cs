namespace Navigator.Storage.Passages;

/// <summary>
/// Keeps the vectors of the most recently searched documents in memory, so that the next question does not read them from the file. A reader
/// names the document version that its transaction sees. Vectors of another version, or of another document with the same number, are never
/// returned, however late they were added.
/// </summary>
/// <param name="bytes">Maximum size of the cached vectors. The least recently used document is evicted first.</param>
internal sealed class VectorCache(long bytes)
{
    /// <summary>Passages in memory at once for a document that is not cached: 3 MB at 1,536 numbers each.</summary>
    private const int Slice = 512;

    private readonly Lock bulkhead = new();

    /// <summary>Entries by document number. Access to it and to the two fields below needs the lock.</summary>
    private readonly Dictionary<long, LinkedListNode<Entry>> entries = [];

    /// <summary>Most recently used first.</summary>
    private readonly LinkedList<Entry> byUse = new();
    private long used;

    /// <summary>Returns a document's vectors: in one piece if they can be cached, otherwise in slices that are read on demand.</summary>
    /// <param name="passages">Number of the document's passages.</param>
    /// <param name="dimensions">Numbers in each vector.</param>
    /// <param name="load">Reads passages: the first argument is the first ordinal, the second the number of passages.</param>
    public IEnumerable<PassageVectors> Read(DocumentVersion document, int passages, int dimensions, Func<int, int, PassageVectors> load)
    {
        if (Find(document) is { } kept)
            return [kept];
        if (PassageVectors.BytesOf(passages, dimensions) <= bytes)
            return [Keep(document, load(0, passages))];
        return Enumerable.Range(0, (passages + Slice - 1) / Slice)
            .Select(slice => load(slice * Slice, Math.Min(Slice, passages - slice * Slice)));
    }

    /// <summary>True if a document's vectors are in memory.</summary>
    public bool Holds(DocumentVersion document)
    {
        lock (bulkhead)
            return entries.TryGetValue(document.Number, out var node) && node.Value.Document == document;
    }

    /// <summary>Removes a document's vectors.</summary>
    public void Forget(long number)
    {
        lock (bulkhead)
            Remove(number);
    }

    private PassageVectors? Find(DocumentVersion document)
    {
        lock (bulkhead)
        {
            if (!entries.TryGetValue(document.Number, out var node) || node.Value.Document != document)
                return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Vectors;
        }
    }

    private PassageVectors Keep(DocumentVersion document, PassageVectors vectors)
    {
        lock (bulkhead)
        {
            Remove(document.Number);
            entries.Add(document.Number, byUse.AddFirst(new Entry(document, vectors)));
            used += vectors.Bytes;
            while (used > bytes)
                Remove(byUse.Last!.Value.Document.Number);
            return vectors;
        }
    }

    /// <summary>The caller holds the lock.</summary>
    private void Remove(long number)
    {
        if (!entries.Remove(number, out var node))
            return;
        byUse.Remove(node);
        used -= node.Value.Vectors.Bytes;
    }

    private sealed record Entry(DocumentVersion Document, PassageVectors Vectors);
}

/// <summary>A document as a transaction sees it. The number alone is not unique, because a later document may reuse a deleted one's number.</summary>
internal readonly record struct DocumentVersion(long Number, Guid Id, int Version);
