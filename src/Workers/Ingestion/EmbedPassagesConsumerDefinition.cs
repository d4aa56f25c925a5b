using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Ingestion;

internal sealed class EmbedPassagesConsumerDefinition : ConsumerDefinition<EmbedPassagesConsumer>
{
    public EmbedPassagesConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.EmbedPassages;
        Endpoint(policy.Now.For(QueueNames.EmbedPassages).Apply);
    }
}
