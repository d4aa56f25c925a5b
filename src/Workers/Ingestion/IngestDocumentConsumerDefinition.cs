using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Ingestion;

internal sealed class IngestDocumentConsumerDefinition : ConsumerDefinition<IngestDocumentConsumer>
{
    public IngestDocumentConsumerDefinition(ConcurrencyPolicy policy)
    {
        EndpointName = QueueNames.IngestDocument;
        Endpoint(policy.For(QueueNames.IngestDocument).Apply);
    }
}
