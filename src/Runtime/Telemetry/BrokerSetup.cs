using Navigator.Runtime.Broker;
using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Telemetry;

internal static class BrokerSetup
{
    /// <summary>What looks at the broker from outside the bus: depths, consumers, error queues, and the canary.</summary>
    /// <param name="consumes">Does this process have consumers of its own?</param>
    public static IServiceCollection AddBrokerWatch(this IServiceCollection services, bool consumes)
    {
        services.AddSingleton<BrokerConnection>().AddSingleton<ErrorQueues>();
        services.AddSingleton<QueueWatch>().AddHostedService(provider => provider.GetRequiredService<QueueWatch>());
        services.AddSingleton<Canary>().AddHostedService(provider => provider.GetRequiredService<Canary>());
        services.AddHostedService<BrokerMetrics>();
        services.AddHealthChecks()
            .AddCheck<QueuesHealthCheck>("queues", tags: [HealthEndpoints.ReadyTag])
            .AddCheck<CanaryHealthCheck>("canary", tags: [HealthEndpoints.ReadyTag]);
        if (consumes)
        {
            services.AddSingleton<EndpointActivity>();
            services.AddSingleton<ConsumerWatch>().AddHostedService(provider => provider.GetRequiredService<ConsumerWatch>());
            services.AddHealthChecks().AddCheck<ConsumersHealthCheck>("consumers", tags: [HealthEndpoints.ReadyTag]);
        }
        return services;
    }
}
