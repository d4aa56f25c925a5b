using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Broker;

namespace Navigator.Runtime.Telemetry;

/// <summary>Reports whether this process's consumers receive their messages.</summary>
internal sealed class ConsumersHealthCheck(ConsumerWatch watch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(watch.Vanished is { Count: > 0 } vanished
            ? HealthCheckResult.Unhealthy($"vanished: {string.Join(", ", vanished)}")
            : HealthCheckResult.Healthy());
}
