namespace Navigator.Storage.Passages;

/// <summary>
/// The codes of documents that questions were compared with last, in memory, so that the next question does not read their vectors from the
/// file.
/// A reader names the version of the document that its transaction sees: vectors of another version, or of another document that had
/// the same number, are not found, however late they were added.
/// </summary>
/// <param name="bytes">What is kept takes so much at most; the document used longest ago goes first.</param>
internal sealed class VectorCache(long bytes)
{
    /// <summary>
    /// Passages whose codes lie in one array, and that are in memory at once of a document that is not kept: 0.8 MB of 1,536 numbers each.
    /// Arrays of one size leave holes that the next one fits into.
    /// </summary>
    private const int Part = 512;

    private readonly Lock gate = new();

    /// <summary>By the number of their document. Two questions that need the same one would load it twice, and need twice the memory.</summary>
    private readonly Lock[] loading = [new(), new(), new(), new(), new(), new(), new(), new()];

    /// <summary>By the number of their document. Only behind the gate, like the two below.</summary>
    private readonly Dictionary<long, LinkedListNode<Entry>> entries = [];

    /// <summary>The one used last first.</summary>
    private readonly LinkedList<Entry> byUse = new();
    private long used;

    /// <summary>A document's vectors, part by part. Where they cannot be kept, each part is read when it is asked for.</summary>
    /// <param name="passages">How many it has.</param>
    /// <param name="dimensions">Numbers in each vector.</param>
    /// <param name="load">Reads so many passages (second) from this ordinal on (first).</param>
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

    /// <summary>True when a document's vectors are in memory now.</summary>
    public bool Holds(DocumentVersion document)
    {
        lock (gate)
            return entries.TryGetValue(document.Number, out var node) && node.Value.Document == document;
    }

    /// <summary>Frees what is kept of a document.</summary>
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
        // Before it is loaded, so that no more is in memory meanwhile.
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

    /// <summary>Only behind the gate.</summary>
    private void MakeRoom(long size)
    {
        while (used + size > bytes)
            Remove(byUse.Last!.Value.Document.Number);
    }

    /// <summary>Only behind the gate.</summary>
    private void Remove(long number)
    {
        if (!entries.Remove(number, out var node))
            return;
        byUse.Remove(node);
        used -= node.Value.Size;
    }

    private sealed record Entry(DocumentVersion Document, PassageVectors[] Parts, long Size);
}

/// <summary>A document as a transaction sees it. The number alone does not tell: a later document may get that of a deleted one.</summary>
internal readonly record struct DocumentVersion(long Number, Guid Id, int Version);
