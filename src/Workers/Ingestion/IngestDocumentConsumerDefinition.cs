using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Ingestion;

internal sealed class IngestDocumentConsumerDefinition : ConsumerDefinition<IngestDocumentConsumer>
{
    public IngestDocumentConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.IngestDocument;
        Endpoint(policy.Now.For(QueueNames.IngestDocument).Apply);
    }
}
