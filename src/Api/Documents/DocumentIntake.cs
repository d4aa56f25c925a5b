using System.Security.Cryptography;
using Navigator.Storage.Passages;
using Navigator.Workers.Flow;
using Navigator.Workers.Limits;

namespace Navigator.Api.Documents;

/// <summary>Keeps a document and sends it on its way: commit first, send second.</summary>
internal sealed class DocumentIntake(IDocumentStore documents, Dispatcher dispatcher, LivePolicy policy)
{
    /// <returns>The document, and whether it is new.</returns>
    public async Task<(DocumentRecord Document, bool Accepted)> Accept(
        string tenant, string title, string mediaType, byte[] content, CancellationToken token)
    {
        var (document, accepted) = await documents.Add(
            new NewDocument(
                Guid.CreateVersion7(), tenant, title, mediaType, content, SHA256.HashData(content), policy.Now.Document.Deadline,
                policy.Now.Document.EnqueueGrace),
            token);
        if (accepted)
            await dispatcher.Send(DocumentFlow.MessagesOf(document), CancellationToken.None);
        return (document, accepted);
    }
}
