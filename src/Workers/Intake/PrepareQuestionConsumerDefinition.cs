using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Intake;

internal sealed class PrepareQuestionConsumerDefinition : ConsumerDefinition<PrepareQuestionConsumer>
{
    public PrepareQuestionConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.PrepareQuestion;
        Endpoint(policy.Now.For(QueueNames.PrepareQuestion).Apply);
    }
}
