using Navigator.Runtime.Limits;
using Navigator.Runtime.Telemetry;
using Navigator.Runtime.Upstreams;

namespace Navigator.Runtime.Hosting;

internal static class LimitsSetup
{
    public static IServiceCollection AddLimits(this IServiceCollection services, PolicyFile file, ConcurrencyPolicy policy, ProcessRole role) =>
        services
        .AddSingleton(file).AddSingleton(new LivePolicy(policy)).AddHostedService<PolicyWatch>()
        .AddSingleton<LimitRegistry>().AddSingleton<CircuitBreakers>().AddSingleton<QueueBulkheads>().AddHostedService<ConnectionPool>()
        .AddHostedService<LimitWatch>()
        .AddSingleton(role).AddHostedService<LimitsReporter>();
}
