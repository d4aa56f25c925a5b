using System.Security.Cryptography;
using Navigator.Contracts.Http;
using Navigator.Storage.Passages;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

/// <summary>
/// What happens to a document, and what follows: commit first, then send the commands that <see cref="DocumentMachine"/> names. A crash
/// between the two leaves a row that is due, which the sweeper finds.
/// </summary>
/// <param name="send">Sends commands, or gives up soon; see <see cref="Dispatcher"/>.</param>
public sealed partial class DocumentTransitions(
    IDocumentStore documents, SendCommands send, LivePolicy policy, ILogger<DocumentTransitions> log)
{
    private DocumentLimits Limits => policy.Now.Document;

    /// <returns>The document, and whether there is something to ingest: these bytes may be known.</returns>
    public async Task<(DocumentRecord Document, bool Accepted)> Add(
        string tenant, string title, string mediaType, byte[] content, CancellationToken token)
    {
        var limits = Limits;
        var (document, accepted) = await documents.Add(
            new NewDocument(Guid.CreateVersion7(), tenant, title, mediaType, content, SHA256.HashData(content), limits.Deadline, limits.EnqueueGrace),
            known => DocumentMachine.Decide(known, new DocumentEvent.UploadedAgain(title, mediaType, limits))?.Change, token);
        if (accepted)
            await send(DocumentMachine.CommandsOf(document), CancellationToken.None);
        return (document, accepted);
    }

    /// <summary>A worker takes the lease on taking the text out. Null when this message no longer counts.</summary>
    public async Task<(DocumentRecord Document, byte[] Content)?> Claim(DocumentKey key, string worker, bool takesOver, CancellationToken token) =>
        await Happened(key, new DocumentEvent.Claimed(key.Attempt, worker, takesOver, Limits), token) is { } claimed
        && await documents.ReadContent(DocumentKey.Of(claimed), token) is { } content
            ? (claimed, content)
            : null;

    /// <summary>Keeps the lease. False when the document is no longer this worker's.</summary>
    public async Task<bool> Renew(DocumentKey key, string worker, CancellationToken token) =>
        await Happened(key, new DocumentEvent.LeaseRenewed(key.Attempt, worker, Limits), token) is not null;

    /// <summary>The text is out; its passages are to get their vectors.</summary>
    public Task StorePassages(DocumentKey key, int? pages, IReadOnlyList<NewPassage> passages, CancellationToken token)
    {
        var extracted = new DocumentEvent.TextExtracted(key.Attempt, pages, passages.Count, Limits);
        return Follow(decide => documents.StorePassages(key, passages, row => decide(row, extracted), token));
    }

    /// <param name="vectors">One float[1536] per ordinal.</param>
    public Task StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors, CancellationToken token) =>
        Follow(decide => documents.StoreVectors(
            key, ordinals, vectors, (row, stored) => decide(row, new DocumentEvent.PassagesEmbedded(key.Attempt, model, stored)), token));

    /// <summary>The document cannot be read.</summary>
    public Task Fail(DocumentKey key, ChatError error, CancellationToken token) =>
        Happened(key, new DocumentEvent.Failed(key.Attempt, error), token);

    /// <summary>Repairs a document that is due.</summary>
    public Task WhenDue(DocumentRecord taken, CancellationToken token) =>
        Happened(DocumentKey.Of(taken), new DocumentEvent.BecameDue(taken, Limits), token);

    private Task<DocumentRecord?> Happened(DocumentKey key, DocumentEvent happened, CancellationToken token) =>
        Follow(decide => documents.Update(key, row => decide(row, happened), token));

    /// <param name="change">Changes a document as it is told to.</param>
    private async Task<DocumentRecord?> Follow(Func<Func<DocumentRecord, DocumentEvent, DocumentChange?>, Task<DocumentRecord?>> change)
    {
        DocumentStep? step = null;
        var written = await change((row, happened) => (step = DocumentMachine.Decide(row, happened))?.Change);
        if (written is null || step is null)
            return null;
        if (step.Change.Ends && written.Error is { } error)
            LogFailed(written.Id, error.Code, written.Attempt);
        else if (step.Change.Ends)
            LogReady(written.Id, written.Passages);
        else if (step.Change.From.Status != written.Status)
            LogStatus(written.Id, written.Status, written.Attempt);
        if (step.SendsStage)
            await send(DocumentMachine.CommandsOf(written), CancellationToken.None);
        return written;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Document {DocumentId} is {Status} in attempt {Attempt}")]
    private partial void LogStatus(Guid documentId, DocumentStatus status, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {DocumentId} ready with {Passages} passages")]
    private partial void LogReady(Guid documentId, int? passages);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Document {DocumentId} failed ({Code}) in attempt {Attempt}")]
    private partial void LogFailed(Guid documentId, string code, int attempt);
}
