namespace Navigator.Storage.Passages;

/// <summary>
/// The vectors of documents that questions were compared with last, in memory, so that the next question does not read them from the file.
/// A reader names the version of the document that its transaction sees: vectors of another version, or of another document that had
/// the same number, are not found, however late they were added.
/// </summary>
/// <param name="bytes">What is kept takes so much at most; the document used longest ago goes first.</param>
internal sealed class VectorCache(long bytes)
{
    /// <summary>Passages that are in memory at once of a document that is not kept: 3 MB of 1,536 numbers each.</summary>
    private const int Slice = 512;

    private readonly Lock gate = new();

    /// <summary>By the number of their document. Only behind the gate, like the two below.</summary>
    private readonly Dictionary<long, LinkedListNode<Entry>> entries = [];

    /// <summary>The one used last first.</summary>
    private readonly LinkedList<Entry> byUse = new();
    private long used;

    /// <summary>A document's vectors: all at once where they can be kept, otherwise slice by slice, each read when it is asked for.</summary>
    /// <param name="passages">How many it has.</param>
    /// <param name="dimensions">Numbers in each vector.</param>
    /// <param name="load">Reads so many passages (second) from this ordinal on (first).</param>
    public IEnumerable<PassageVectors> Read(DocumentVersion document, int passages, int dimensions, Func<int, int, PassageVectors> load)
    {
        if (Find(document) is { } kept)
            return [kept];
        if (PassageVectors.BytesOf(passages, dimensions) <= bytes)
            return [Keep(document, load(0, passages))];
        return Enumerable.Range(0, (passages + Slice - 1) / Slice)
            .Select(slice => load(slice * Slice, Math.Min(Slice, passages - slice * Slice)));
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

    private PassageVectors? Find(DocumentVersion document)
    {
        lock (gate)
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
        lock (gate)
        {
            Remove(document.Number);
            entries.Add(document.Number, byUse.AddFirst(new Entry(document, vectors)));
            used += vectors.Bytes;
            while (used > bytes)
                Remove(byUse.Last!.Value.Document.Number);
            return vectors;
        }
    }

    /// <summary>Only behind the gate.</summary>
    private void Remove(long number)
    {
        if (!entries.Remove(number, out var node))
            return;
        byUse.Remove(node);
        used -= node.Value.Vectors.Bytes;
    }

    private sealed record Entry(DocumentVersion Document, PassageVectors Vectors);
}

/// <summary>A document as a transaction sees it. The number alone does not tell: a later document may get that of a deleted one.</summary>
internal readonly record struct DocumentVersion(long Number, Guid Id, int Version);
