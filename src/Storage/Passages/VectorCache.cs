namespace Navigator.Storage.Passages;

/// <summary>
/// Keeps the codes of the most recently searched documents in memory, so that the next question does not read their vectors from the file. A
/// reader names the document version that its transaction sees. Codes of another version, or of another document with the same number, are
/// never returned, however late they were added.
/// </summary>
/// <param name="bytes">Maximum size of the cached codes. The least recently used document is evicted first.</param>
internal sealed class VectorCache(long bytes)
{
    /// <summary>
    /// Passages whose codes share one array: 0.8 MB at 1,536 numbers each. A document that is not cached has one such array in memory at a time.
    /// All arrays have the same size, so that a new one fits into the hole that an old one left.
    /// </summary>
    private const int Part = 512;

    private readonly Lock gate = new();

    /// <summary>Chosen by document number, so that two questions do not load the same document twice at once.</summary>
    private readonly Lock[] loading = [new(), new(), new(), new(), new(), new(), new(), new()];

    /// <summary>Entries by document number. Access to it and to the two fields below needs the lock.</summary>
    private readonly Dictionary<long, LinkedListNode<Entry>> entries = [];

    /// <summary>Most recently used first.</summary>
    private readonly LinkedList<Entry> byUse = new();
    private long used;

    /// <summary>Returns a document's codes in parts. If they cannot be cached, each part is read when the caller reaches it.</summary>
    /// <param name="passages">Number of the document's passages.</param>
    /// <param name="dimensions">Numbers in each vector.</param>
    /// <param name="load">Reads passages: the first argument is the first ordinal, the second the number of passages.</param>
    public IEnumerable<PassageVectors> Read(DocumentVersion document, int passages, int dimensions, Func<int, int, PassageVectors> load)
    {
        if (Find(document) is { } kept)
            return kept;
        var parts = Enumerable.Range(0, (passages + Part - 1) / Part).Select(part => load(part * Part, Math.Min(Part, passages - part * Part)));
        var size = PassageVectors.BytesOf(passages, dimensions);
        if (size > bytes)
            return parts;
        lock (loading[document.Number % loading.Length])
            return Find(document) ?? Load(document, size, parts);
    }

    /// <summary>True if a document's codes are in memory.</summary>
    public bool Holds(DocumentVersion document)
    {
        lock (gate)
            return entries.TryGetValue(document.Number, out var node) && node.Value.Document == document;
    }

    /// <summary>Removes a document's codes.</summary>
    public void Forget(long number)
    {
        lock (gate)
            Remove(number);
    }

    private PassageVectors[]? Find(DocumentVersion document)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(document.Number, out var node) || node.Value.Document != document)
                return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Parts;
        }
    }

    private PassageVectors[] Load(DocumentVersion document, long size, IEnumerable<PassageVectors> parts)
    {
        // Room is made before loading, so that the cache never exceeds its size.
        lock (gate)
            MakeRoom(size);
        return Keep(new Entry(document, [.. parts], size));
    }

    private PassageVectors[] Keep(Entry entry)
    {
        lock (gate)
        {
            Remove(entry.Document.Number);
            MakeRoom(entry.Size);
            entries.Add(entry.Document.Number, byUse.AddFirst(entry));
            used += entry.Size;
            return entry.Parts;
        }
    }

    /// <summary>The caller holds the lock.</summary>
    private void MakeRoom(long size)
    {
        while (used + size > bytes)
            Remove(byUse.Last!.Value.Document.Number);
    }

    /// <summary>The caller holds the lock.</summary>
    private void Remove(long number)
    {
        if (!entries.Remove(number, out var node))
            return;
        byUse.Remove(node);
        used -= node.Value.Size;
    }

    private sealed record Entry(DocumentVersion Document, PassageVectors[] Parts, long Size);
}

/// <summary>A document as a transaction sees it. The number alone is not unique, because a later document may reuse a deleted one's number.</summary>
/// <param name="Model">The model whose vectors are read.</param>
internal readonly record struct DocumentVersion(long Number, Guid Id, int Version, string Model);
