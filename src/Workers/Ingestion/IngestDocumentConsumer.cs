using MassTransit;
using Navigator.Contracts.Http;
using Navigator.Contracts.Ingestion;
using Navigator.Storage.Passages;
using Navigator.Workers.Flow;

namespace Navigator.Workers.Ingestion;

internal sealed partial class IngestDocumentConsumer(
    IDocumentStore documents, DocumentReader reader, DocumentLease lease, Dispatcher dispatcher, ILogger<IngestDocumentConsumer> log)
    : IConsumer<IngestDocument>
{
    public Task Consume(ConsumeContext<IngestDocument> context) =>
        lease.Run(new DocumentKey(context.Message.DocumentId, context.Message.Attempt), context, async (document, content, token) =>
        {
            var key = DocumentKey.Of(document);
            try
            {
                var (pages, passages) = await reader.Read(document.MediaType, content, token);
                if (await documents.StorePassages(key, pages, passages, lease.LookAgainIn, token) is { } stored)
                {
                    LogExtracted(stored.Id, passages.Count);
                    await dispatcher.Send(DocumentFlow.MessagesOf(stored), token);
                }
            }
            catch (IngestionException error)
            {
                LogUnreadable(document.Id, error.Code);
                await documents.Fail(key, new ChatError(error.Code, error.Message), token);
            }
        });

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {DocumentId} read: {Passages} passages")]
    private partial void LogExtracted(Guid documentId, int passages);

    [LoggerMessage(Level = LogLevel.Information, Message = "Document {DocumentId} cannot be read ({Code})")]
    private partial void LogUnreadable(Guid documentId, string code);
}
