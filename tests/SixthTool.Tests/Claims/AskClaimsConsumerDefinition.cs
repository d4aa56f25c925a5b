using MassTransit;
using Navigator.Workers.Hosting;
using Navigator.Workers.Limits;
using Navigator.Workers.Tools;
using Navigator.Workers.Upstreams;

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
