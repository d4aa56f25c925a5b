using System.Security.Cryptography;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Applies events to documents: commits the change first, then sends the commands that <see cref="DocumentMachine"/> returns. A crash in between
/// leaves a row that is due, so the sweeper sends the commands.
/// </summary>
/// <param name="send">Sends commands, or gives up after a short time; see <see cref="Dispatcher"/>.</param>
public sealed partial class DocumentTransitions(
    IDocumentStore documents, SendCommands send, LivePolicy policy, ILogger<DocumentTransitions> log)
{
    private DocumentLimits Limits => policy.Now.Document;

    /// <returns>The document, and whether it has to be ingested. The same bytes may be stored already.</returns>
    public async Task<(DocumentRecord Document, bool Accepted)> Add(
        string tenant, string title, string mediaType, byte[] content, CancellationToken token)
    {
        var limits = Limits;
        var (document, accepted) = await documents.Add(
            new NewDocument(Guid.CreateVersion7(), tenant, title, mediaType, content, SHA256.HashData(content), limits.Deadline, limits.EnqueueGrace),
            known => DocumentMachine.Decide(known, new DocumentEvent.UploadedAgain(title, mediaType, limits)), token);
        if (accepted)
            await send(DocumentMachine.CommandsOf(document), CancellationToken.None);
        return (document, accepted);
    }

    /// <summary>Claims the extraction of the text for a worker. Returns null if the message is stale.</summary>
    public async Task<(DocumentRecord Document, byte[] Content)?> Claim(DocumentKey key, string worker, bool takesOver, CancellationToken token) =>
        await Happened(key, new DocumentEvent.Claimed(key.Attempt, worker, takesOver, Limits), token) is { } claimed
        && await documents.ReadContent(DocumentKey.Of(claimed), token) is { } content
            ? (claimed, content)
            : null;

    /// <summary>Renews the lease. Returns false if the worker no longer holds the document.</summary>
    public async Task<bool> Renew(DocumentKey key, string worker, CancellationToken token) =>
        await Happened(key, new DocumentEvent.LeaseRenewed(key.Attempt, worker, Limits), token) is not null;

    /// <summary>Stores the extracted passages and sends the messages to embed them.</summary>
    /// <param name="keepsOriginal">False: this change deletes the bytes.</param>
    public async Task StorePassages(
        DocumentKey key, int? pages, IReadOnlyList<NewPassage> passages, bool keepsOriginal, CancellationToken token)
    {
        var extracted = new DocumentEvent.TextExtracted(key.Attempt, pages, passages.Count, keepsOriginal, Limits);
        if (await documents.StorePassages(key, passages, row => DocumentMachine.Decide(row, extracted), token) is not { } written)
            return;
        LogExtracted(written.Id, passages.Count);
        NavigatorMeter.PassagesCut.Add(passages.Count);
        await Send(extracted, written);
    }

    /// <param name="vectors">One vector of the model for each ordinal.</param>
    public async Task StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors, CancellationToken token)
    {
        DocumentChange? change = null;
        var written = await documents.StoreVectors(
            key, model, ordinals, vectors,
            (row, embedded) => change = DocumentMachine.Decide(row, new DocumentEvent.PassagesEmbedded(key.Attempt, model, embedded)), token);
        if (written is null || change is not { CompletesVectors: true })
            return;
        LogReady(written.Id, written.Passages, model);
        if (change.Ends)
            Count("ready", "");
    }

    /// <summary>The document cannot be read.</summary>
    public Task Fail(DocumentKey key, ChatError error, CancellationToken token) =>
        Happened(key, new DocumentEvent.Failed(key.Attempt, error), token);

    /// <summary>Repairs a document that is due.</summary>
    public Task WhenDue(DocumentRecord taken, CancellationToken token) =>
        Happened(DocumentKey.Of(taken), new DocumentEvent.BecameDue(taken, Limits), token);

    private async Task<DocumentRecord?> Happened(DocumentKey key, DocumentEvent happened, CancellationToken token)
    {
        if (await documents.Update(key, row => DocumentMachine.Decide(row, happened), token) is not { } written)
            return null;
        if (written is { Status: DocumentStatus.Failed, Error: { } error })
        {
            LogFailed(written.Id, error.Code, written.Attempt);
            Count("failed", error.Code);
        }
        await Send(happened, written);
        return written;
    }

    private static void Count(string status, string code) => NavigatorMeter.DocumentsEnded.Add(
        1, KeyValuePair.Create("status", (object?)status), KeyValuePair.Create("code", (object?)code));

    /// <summary>Ignores the caller's token, because the change is committed. Sending has its own time limit.</summary>
    private Task Send(DocumentEvent happened, DocumentRecord written) =>
        DocumentMachine.CommandsAfter(happened, written) is { Count: > 0 } commands ? send(commands, CancellationToken.None) : Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {DocumentId} is searchable by words in {Passages} passages")]
    private partial void LogExtracted(Guid documentId, int passages);

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {DocumentId} is ready: {Passages} passages have vectors of {Model}")]
    private partial void LogReady(Guid documentId, int? passages, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Document {DocumentId} failed ({Code}) in attempt {Attempt}")]
    private partial void LogFailed(Guid documentId, string code, int attempt);
}
