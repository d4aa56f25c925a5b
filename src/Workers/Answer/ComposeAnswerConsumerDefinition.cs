using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Answer;

internal sealed class ComposeAnswerConsumerDefinition : ConsumerDefinition<ComposeAnswerConsumer>
{
    public ComposeAnswerConsumerDefinition(ConcurrencyPolicy policy)
    {
        EndpointName = QueueNames.ComposeAnswer;
        Endpoint(policy.For(QueueNames.ComposeAnswer).Apply);
    }
}
