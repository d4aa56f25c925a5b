using MassTransit;
using Microsoft.Extensions.Options;
using Navigator.Contracts.Http;
using Navigator.Contracts.Ingestion;
using Navigator.Runtime.Flow;
using Navigator.Storage.Documents;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Ingestion;

/// <summary>Extracts a document's text and cuts it into passages.</summary>
internal sealed class IngestDocumentConsumer(
    DocumentTransitions transitions, DocumentReader reader, DocumentLease lease, IOptions<IngestionOptions> options) : IConsumer<IngestDocument>
{
    public Task Consume(ConsumeContext<IngestDocument> context) =>
        lease.Run(new DocumentKey(context.Message.DocumentId, context.Message.Attempt), context, async (document, content, token) =>
        {
            var key = DocumentKey.Of(document);
            try
            {
                var (pages, passages) = await reader.Read(document.MediaType, content, token);
                await transitions.StorePassages(key, pages, passages, options.Value.KeepOriginals, token);
            }
            catch (IngestionException error)
            {
                await transitions.Fail(key, new ChatError(error.Code, error.Message), token);
            }
        });
}
