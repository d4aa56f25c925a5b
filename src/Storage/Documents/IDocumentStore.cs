namespace Navigator.Storage.Documents;

/// <summary>
/// Documents and the state of their ingestion, as rows. The document machine decides what may happen to a document: each method that changes
/// one locks its row, passes it to <c>decide</c> and writes the returned change, in one transaction. It returns the row as written, or null
/// if the document is gone or nothing changes.
/// </summary>
/// <remarks>
/// Rows are locked and not compared by version as in the job ledger, because the parallel messages of one document all change its row and
/// would keep failing on each other's versions.
/// </remarks>
public interface IDocumentStore
{
    /// <summary>
    /// Stores a document. If the tenant has a document with the same bytes, that document is kept and <paramref name="whenKnown"/> decides
    /// whether its ingestion starts again with these bytes.
    /// </summary>
    /// <returns>The document, and whether it has to be ingested.</returns>
    Task<(DocumentRecord Document, bool Accepted)> Add(
        NewDocument document, Func<DocumentRecord, DocumentChange?> whenKnown, CancellationToken token);

    Task<DocumentRecord?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>Finds a tenant's original file. Returns null if there is no such document, or if its bytes are not stored.</summary>
    Task<DocumentOriginal?> FindOriginal(string tenant, Guid id, CancellationToken token);

    /// <summary>
    /// Reads a part of an original file. Each part is read by its own statement, so that a slow caller holds no connection in between. Returns
    /// fewer bytes at the end of the file, and null if the document was deleted.
    /// </summary>
    /// <param name="first">From 0.</param>
    Task<byte[]?> ReadOriginal(string tenant, Guid id, long first, int count, CancellationToken token);

    /// <summary>Returns documents older than <paramref name="before"/>, newest first.</summary>
    Task<IReadOnlyList<DocumentRecord>> List(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>
    /// Deletes a document with its bytes and everything made from it: passages, vectors, terms, the jobs whose answers cite it, and the later
    /// jobs of the same conversations. Returns false if there was no such document.
    /// </summary>
    Task<bool> Delete(string tenant, Guid id, CancellationToken token);

    /// <summary>Deletes documents of all tenants whose ingestion ended longer than <paramref name="age"/> ago. Returns the number deleted.</summary>
    Task<int> DeleteFinished(TimeSpan age, int limit, CancellationToken token);

    /// <summary>Changes the row only.</summary>
    Task<DocumentRecord?> Update(DocumentKey key, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token);

    /// <summary>Returns the bytes for an attempt that extracts the text; null if the attempt is stale.</summary>
    Task<byte[]?> ReadContent(DocumentKey key, CancellationToken token);

    /// <summary>Stores all passages at once, with their lexical terms.</summary>
    Task<DocumentRecord?> StorePassages(
        DocumentKey key, IReadOnlyList<NewPassage> passages, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token);

    /// <summary>
    /// Returns those of <paramref name="count"/> passages from <paramref name="first"/> on that have no vector of <paramref name="model"/> yet, at
    /// most <paramref name="limit"/>.
    /// </summary>
    Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(
        DocumentKey key, string model, int first, int count, int limit, CancellationToken token);

    /// <summary>Stores vectors of a model. A passage that has one keeps it. Vectors of other models stay.</summary>
    /// <param name="vectors">One for each ordinal, all of the model's length.</param>
    /// <param name="decide">Gets the number of passages that now have a vector of the model.</param>
    Task<DocumentRecord?> StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        Func<DocumentRecord, int, DocumentChange?> decide, CancellationToken token);

    /// <summary>Takes unfinished documents that are due. They are hidden from other sweepers for <paramref name="visibilityTimeout"/>.</summary>
    Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token);

    /// <summary>
    /// Takes a ready document that <paramref name="model"/> has not embedded. It is hidden from other callers until its row changes, or for
    /// <paramref name="visibilityTimeout"/>. Returns null if there is none.
    /// </summary>
    Task<DocumentRecord?> TakeUnembedded(string model, TimeSpan visibilityTimeout, CancellationToken token);
}
