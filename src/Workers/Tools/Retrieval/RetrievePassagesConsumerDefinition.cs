using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Tools.Retrieval;

internal sealed class RetrievePassagesConsumerDefinition : ConsumerDefinition<RetrievePassagesConsumer>
{
    public RetrievePassagesConsumerDefinition(ConcurrencyPolicy policy)
    {
        EndpointName = QueueNames.RetrievePassages;
        Endpoint(policy.For(QueueNames.RetrievePassages).Apply);
    }
}
