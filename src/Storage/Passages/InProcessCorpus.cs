using Navigator.Contracts.Http;

namespace Navigator.Storage.Passages;

/// <summary>The documents of embedded mode and their passages: the state that store and index share.</summary>
internal sealed class InProcessCorpus
{
    public Lock Gate { get; } = new();

    /// <summary>Guarded by <see cref="Gate"/>.</summary>
    public Dictionary<Guid, StoredDocument> Documents { get; } = [];

    public bool Exists(string tenant, Guid document)
    {
        lock (Gate)
            return Documents.TryGetValue(document, out var stored) && stored.Document.Tenant == tenant;
    }
}

internal sealed class StoredDocument(DocumentRecord document, byte[] sha256, byte[] content)
{
    public DocumentRecord Document { get; set; } = document;
    public byte[] Sha256 { get; } = sha256;

    /// <summary>Null once the text is out.</summary>
    public byte[]? Content { get; set; } = content;
    public List<StoredPassage> Passages { get; set; } = [];
}

internal sealed class StoredPassage(Passage passage, string searchable)
{
    public Passage Passage { get; } = passage;
    public string Searchable { get; } = searchable;
    public Dictionary<string, float> Weights { get; } = Bm25.Weigh(searchable);

    /// <summary>float[1536]; empty until embedded.</summary>
    public ReadOnlyMemory<float> Vector { get; set; }
}
