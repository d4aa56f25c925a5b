using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Answer;

internal sealed class ComposeAnswerConsumerDefinition : ConsumerDefinition<ComposeAnswerConsumer>
{
    public ComposeAnswerConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.ComposeAnswer;
        Endpoint(policy.Now.For(QueueNames.ComposeAnswer).Apply);
    }
}
