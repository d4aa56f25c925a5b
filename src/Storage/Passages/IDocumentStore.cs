using Navigator.Contracts.Http;

namespace Navigator.Storage.Passages;

/// <summary>
/// Documents and how far their ingestion is. Fenced like the ledger: a method that returns null changed nothing, because
/// the document is gone or the caller's attempt no longer counts.
/// </summary>
public interface IDocumentStore
{
    /// <summary>
    /// Keep a document. The same bytes of the same tenant give the document that is there already; one that had failed
    /// starts again.
    /// </summary>
    /// <returns>The document, and whether there is something to ingest.</returns>
    Task<(DocumentRecord Document, bool Accepted)> Add(NewDocument document, CancellationToken token);

    Task<DocumentRecord?> Find(string tenant, Guid id, CancellationToken token);

    /// <summary>Newest first, older than <paramref name="before"/>.</summary>
    Task<IReadOnlyList<DocumentRecord>> List(string tenant, Guid? before, int limit, CancellationToken token);

    /// <summary>
    /// Delete a document with everything made from it: passages, vectors, terms, the jobs whose answers quote it, and those after them in
    /// the same conversations. False when there was none.
    /// </summary>
    Task<bool> Delete(string tenant, Guid id, CancellationToken token);

    /// <summary>Delete documents, of every tenant, whose ingestion ended longer than <paramref name="age"/> ago. Returns how many.</summary>
    Task<int> DeleteFinished(TimeSpan age, int limit, CancellationToken token);

    /// <summary>Take the lease on taking the text out, and the bytes to take it from.</summary>
    /// <param name="takeOver">The broker delivered the message again: begin a new attempt at once.</param>
    Task<(DocumentRecord Document, byte[] Content)?> Claim(
        DocumentKey key, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token);

    /// <summary>Keep the lease. False when the document is no longer this worker's.</summary>
    Task<bool> Renew(DocumentKey key, string worker, TimeSpan lease, CancellationToken token);

    /// <summary>Store all passages at once, with their lexical terms, and drop the bytes.</summary>
    Task<DocumentRecord?> StorePassages(DocumentKey key, int? pages, IReadOnlyList<NewPassage> passages, TimeSpan dueIn, CancellationToken token);

    /// <summary>Those of a run of passages that have no vector yet.</summary>
    Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(DocumentKey key, int first, int count, CancellationToken token);

    /// <summary>Store vectors; the last one makes the document ready. A passage that has one keeps it.</summary>
    /// <param name="vectors">One float[1536] per ordinal.</param>
    Task<DocumentRecord?> StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors, CancellationToken token);

    /// <summary>The document cannot be read. Nothing of it is kept but its row.</summary>
    Task<DocumentRecord?> Fail(DocumentKey key, ChatError error, CancellationToken token);

    /// <summary>Unfinished documents that are due, hidden from other sweepers for <paramref name="guard"/>.</summary>
    Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan guard, CancellationToken token);

    /// <summary>Look again later. Null when anything happened to it since <see cref="TakeDue"/> returned it.</summary>
    Task<DocumentRecord?> Rearm(DocumentRecord taken, TimeSpan dueIn, CancellationToken token);

    /// <summary>Its worker is gone: extraction once more, under a new attempt. Null as for <see cref="Rearm"/>.</summary>
    Task<DocumentRecord?> StartAttempt(DocumentRecord taken, TimeSpan dueIn, CancellationToken token);
}
