using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;
using static Navigator.Runtime.Flow.DocumentMachine;

namespace Navigator.Storage.Tests;

/// <summary>The steps of a document as workers and sweepers make them: decided by the document machine, written by the store under test.</summary>
internal static class DocumentSteps
{
    public static Task<(DocumentRecord Document, bool Accepted)> Add(this IDocumentStore store, NewDocument document, CancellationToken token) =>
        store.Add(
            document,
            known => Decide(known, new DocumentEvent.UploadedAgain(document.Title, document.MediaType, Limits(document.DueIn, document.Lifetime))),
            token);

    public static async Task<(DocumentRecord Document, byte[] Content)?> Claim(
        this IDocumentStore store, DocumentKey key, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token) =>
        await store.Happened(
            key, new DocumentEvent.Claimed(key.Attempt, worker, takeOver, Limits(lease, attempts: maxAttempts)), token) is { } claimed
            ? (claimed, (await store.ReadContent(DocumentKey.Of(claimed), token))!)
            : null;

    public static async Task<bool> Renew(this IDocumentStore store, DocumentKey key, string worker, TimeSpan lease, CancellationToken token) =>
        await store.Happened(key, new DocumentEvent.LeaseRenewed(key.Attempt, worker, Limits(lease)), token) is not null;

    public static Task<DocumentRecord?> StorePassages(
        this IDocumentStore store, DocumentKey key, int? pages, IReadOnlyList<NewPassage> passages, TimeSpan dueIn, CancellationToken token) =>
        store.StorePassages(key, pages, passages, dueIn, keepsOriginal: true, token);

    public static Task<DocumentRecord?> StorePassages(
        this IDocumentStore store, DocumentKey key, int? pages, IReadOnlyList<NewPassage> passages, TimeSpan dueIn, bool keepsOriginal,
        CancellationToken token) =>
        store.StorePassages(
            key, passages, row => Decide(row, new DocumentEvent.TextExtracted(key.Attempt, pages, passages.Count, keepsOriginal, Limits(dueIn))),
            token);

    public static Task<DocumentRecord?> StoreVectors(
        this IDocumentStore store, DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        CancellationToken token) =>
        store.StoreVectors(
            key, model, ordinals, vectors, (row, embedded) => Decide(row, new DocumentEvent.PassagesEmbedded(key.Attempt, model, embedded)), token);

    public static Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(
        this IDocumentStore store, DocumentKey key, string model, int first, int count, CancellationToken token) =>
        store.FindUnembedded(key, model, first, count, count, token);

    public static Task<DocumentRecord?> Fail(this IDocumentStore store, DocumentKey key, ChatError error, CancellationToken token) =>
        store.Happened(key, new DocumentEvent.Failed(key.Attempt, error), token);

    /// <summary>What a sweeper does with a document that it took.</summary>
    public static Task<DocumentRecord?> Repair(this IDocumentStore store, DocumentRecord taken, TimeSpan dueIn, CancellationToken token) =>
        store.Happened(DocumentKey.Of(taken), new DocumentEvent.BecameDue(taken, Limits(dueIn)), token);

    private static Task<DocumentRecord?> Happened(this IDocumentStore store, DocumentKey key, DocumentEvent happened, CancellationToken token) =>
        store.Update(key, row => Decide(row, happened), token);

    private static DocumentLimits Limits(TimeSpan every, TimeSpan? lifetime = null, int attempts = 3) => new()
    {
        Deadline = lifetime ?? TimeSpan.FromMinutes(30),
        Lease = every,
        Attempts = attempts,
        EnqueueGrace = every,
        Reembed = 1,
    };
}
