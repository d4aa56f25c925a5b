using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Tools.Embedding;

internal sealed class EmbedQuestionConsumerDefinition : ConsumerDefinition<EmbedQuestionConsumer>
{
    private readonly QueueLimits limits;

    public EmbedQuestionConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.EmbedQuestion;
        limits = policy.Now.For(QueueNames.EmbedQuestion);
        Endpoint(limits.Apply);
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<EmbedQuestionConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        consumerConfigurator.Options<BatchOptions>(limits.Apply);
}
