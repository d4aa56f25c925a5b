using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Tools.Retrieval;

internal sealed class RetrievePassagesConsumerDefinition : ConsumerDefinition<RetrievePassagesConsumer>
{
    public RetrievePassagesConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.RetrievePassages;
        Endpoint(policy.Now.For(QueueNames.RetrievePassages).Apply);
    }
}
