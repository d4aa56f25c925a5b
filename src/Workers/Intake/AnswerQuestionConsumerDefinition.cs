using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Intake;

internal sealed class AnswerQuestionConsumerDefinition : ConsumerDefinition<AnswerQuestionConsumer>
{
    public AnswerQuestionConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.AnswerQuestion;
        Endpoint(policy.Now.For(QueueNames.AnswerQuestion).Apply);
    }
}
