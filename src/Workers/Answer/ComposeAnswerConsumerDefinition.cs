using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Hosting;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Answer;

internal sealed class ComposeAnswerConsumerDefinition : ConsumerDefinition<ComposeAnswerConsumer>
{
    public ComposeAnswerConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.ComposeAnswer;
        Endpoint(policy.Now.For(QueueNames.ComposeAnswer).Apply);
    }
}
