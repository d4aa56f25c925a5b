using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Hosting;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Tools.Retrieval;

internal sealed class RetrievePassagesConsumerDefinition : ConsumerDefinition<RetrievePassagesConsumer>
{
    public RetrievePassagesConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.RetrievePassages;
        Endpoint(policy.Now.For(QueueNames.RetrievePassages).Apply);
    }
}
