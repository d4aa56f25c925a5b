using MassTransit;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.SixthTool.Tests.Claims;

internal sealed class AskClaimsConsumerDefinition : ConsumerDefinition<AskClaimsConsumer>
{
    public AskClaimsConsumerDefinition(LivePolicy policy)
    {
        EndpointName = ClaimsSetup.Queue;
        Endpoint(policy.Now.For(ClaimsSetup.Queue).Apply);
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<AskClaimsConsumer> consumerConfigurator,
        IRegistrationContext context) =>
        // The first is the outermost: skip on failure ▸ circuit breaker ▸ consumer.
        consumerConfigurator.Message<AskClaims>(message =>
        {
            message.UseSkipOnFailure(ClaimsSetup.Name, context);
            message.UseCircuitBreaker(ClaimsClient.Upstream, context);
        });
}
