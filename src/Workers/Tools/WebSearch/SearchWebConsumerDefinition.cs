using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tools.WebSearch;

internal sealed class SearchWebConsumerDefinition : ConsumerDefinition<SearchWebConsumer>
{
    public SearchWebConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.SearchWeb;
        Endpoint(policy.Now.For(QueueNames.SearchWeb).Apply);
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<SearchWebConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        // The first is the outermost: skip on failure ▸ circuit breaker ▸ consumer.
        consumerConfigurator.Message<SearchWeb>(message =>
        {
            message.UseSkipOnFailure(Tool.WebSearch, context);
            message.UseCircuitBreaker(UpstreamNames.Tavily, context);
        });
}
