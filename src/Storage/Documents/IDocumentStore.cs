namespace Navigator.Storage.Documents;

/// <summary>
/// Documents and how far their ingestion is, as rows. What may happen to a document is decided elsewhere: each method that changes one
/// locks its row, hands it to <c>decide</c> and writes what that returns, in one transaction. It returns the row as written, or null when
/// the document is gone or nothing was to change.
/// </summary>
/// <remarks>
/// Not by version as in the job ledger: the parallel messages of one document all change it, and would lose to each other again and again.
/// </remarks>
public interface IDocumentStore
{
    /// <summary>
    /// Keeps a document. The same bytes of the same tenant are the document that is there already, and <paramref name="whenKnown"/> says
    /// whether it starts again, with these bytes.
    /// </summary>
    /// <returns>The document, and whether there is something to ingest.</returns>
    Task<(DocumentRecord Document, bool Accepted)> Add(
        NewDocument document, Func<DocumentRecord, DocumentChange?> whenKnown, CancellationToken token);

    Task<DocumentRecord?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>Finds a tenant's document as it was uploaded. Returns null where there is none, or its bytes are not kept.</summary>
    Task<DocumentOriginal?> FindOriginal(string tenant, Guid id, CancellationToken token);

    /// <summary>
    /// Reads a part of it. Each part is a statement of its own: a slow caller holds no connection between two. Returns fewer bytes at the
    /// end, and null where the document is gone.
    /// </summary>
    /// <param name="first">From 0.</param>
    Task<byte[]?> ReadOriginal(string tenant, Guid id, long first, int count, CancellationToken token);

    /// <summary>Newest first, older than <paramref name="before"/>.</summary>
    Task<IReadOnlyList<DocumentRecord>> List(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>
    /// Deletes a document with its bytes and everything made from it: passages, vectors, terms, the jobs whose answers quote it, and those
    /// after them in the same conversations. False when there was none.
    /// </summary>
    Task<bool> Delete(string tenant, Guid id, CancellationToken token);

    /// <summary>Deletes documents, of every tenant, whose ingestion ended longer than <paramref name="age"/> ago. Returns how many.</summary>
    Task<int> DeleteFinished(TimeSpan age, int limit, CancellationToken token);

    /// <summary>Changes the row alone.</summary>
    Task<DocumentRecord?> Update(DocumentKey key, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token);

    /// <summary>The bytes of an attempt that takes the text out of them; null when it no longer does.</summary>
    Task<byte[]?> ReadContent(DocumentKey key, CancellationToken token);

    /// <summary>Stores all passages at once, with their lexical terms.</summary>
    Task<DocumentRecord?> StorePassages(
        DocumentKey key, IReadOnlyList<NewPassage> passages, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token);

    /// <summary>Those of a run of passages that have no vector yet.</summary>
    Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(DocumentKey key, int first, int count, CancellationToken token);

    /// <summary>Stores vectors. A passage that has one keeps it.</summary>
    /// <param name="vectors">One float[1536] per ordinal.</param>
    /// <param name="decide">Is told how many of the passages had none.</param>
    Task<DocumentRecord?> StoreVectors(
        DocumentKey key, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        Func<DocumentRecord, int, DocumentChange?> decide, CancellationToken token);

    /// <summary>Unfinished documents that are due, hidden from other sweepers for <paramref name="visibilityTimeout"/>.</summary>
    Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token);
}
