using Navigator.Runtime.Broker;
using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Telemetry;

internal static class BrokerSetup
{
    /// <summary>Monitors the broker from outside the bus: queue depths, consumers, error queues, and the canary.</summary>
    /// <param name="consumes">True if this process has consumers.</param>
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
