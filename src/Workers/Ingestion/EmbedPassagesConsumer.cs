using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Http;
using Navigator.Contracts.Ingestion;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Documents;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Ingestion;

/// <summary>
/// Embeds consecutive passages with one upstream call and stores the vectors. If the model fails, the document stays due and the sweeper
/// sends the messages again until the document's deadline.
/// </summary>
internal sealed partial class EmbedPassagesConsumer(
    IDocumentStore documents, DocumentTransitions transitions, EmbeddingModel model, LivePolicy policy, ILogger<EmbedPassagesConsumer> log)
    : IConsumer<EmbedPassages>
{
    public async Task Consume(ConsumeContext<EmbedPassages> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        var key = new DocumentKey(message.DocumentId, message.Attempt);
        var passages = await documents.FindUnembedded(key, model.Name, message.First, message.Count, message.Count, token);
        if (passages.Count == 0)
            return; // embedded before, or the document was deleted

        try
        {
            var vectors = await model.EmbedPassages(
                [.. passages.Select(passage => passage.Searchable)], policy.Now.For(QueueNames.EmbedPassages).Timeout, token);
            await transitions.StoreVectors(key, model.Name, [.. passages.Select(passage => passage.Ordinal)], vectors, token);
        }
        catch (UpstreamException error) when (error.Failure == UpstreamFailure.Rejected)
        {
            await transitions.Fail(
                key, new ChatError(ErrorCode.EmbeddingFailed, $"The embedding model rejected this document: {error.Reason}."), token);
        }
        catch (UpstreamException error)
        {
            LogLater(message.DocumentId, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Document {DocumentId}: passages were not embedded ({Reason}). The sweeper sends them again")]
    private partial void LogLater(Guid documentId, string reason);
}
