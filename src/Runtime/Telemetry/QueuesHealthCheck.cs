using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Broker;

namespace Navigator.Runtime.Telemetry;

/// <summary>Degraded if a queue has no consumer in any process. Questions are still accepted.</summary>
internal sealed class QueuesHealthCheck(QueueWatch queues) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var idle = queues.Latest?.Where(sample => sample.Consumers == 0).Select(sample => sample.Queue).ToList() ?? [];
        return Task.FromResult(idle.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"no consumer: {string.Join(", ", idle)}"));
    }
}
