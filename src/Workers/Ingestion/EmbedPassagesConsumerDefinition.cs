using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Ingestion;

internal sealed class EmbedPassagesConsumerDefinition : ConsumerDefinition<EmbedPassagesConsumer>
{
    public EmbedPassagesConsumerDefinition(ConcurrencyPolicy policy)
    {
        EndpointName = QueueNames.EmbedPassages;
        Endpoint(policy.For(QueueNames.EmbedPassages).Apply);
    }
}
