using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Intake;

internal sealed class AnswerQuestionConsumerDefinition : ConsumerDefinition<AnswerQuestionConsumer>
{
    public AnswerQuestionConsumerDefinition(ConcurrencyPolicy policy)
    {
        EndpointName = QueueNames.AnswerQuestion;
        Endpoint(policy.For(QueueNames.AnswerQuestion).Apply);
    }
}
