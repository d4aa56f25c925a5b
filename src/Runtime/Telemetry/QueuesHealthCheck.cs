using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Broker;

namespace Navigator.Runtime.Telemetry;

/// <summary>Has every queue a consumer, in whatever process? Degraded when not: questions are accepted all the same.</summary>
internal sealed class QueuesHealthCheck(QueueWatch queues) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var idle = queues.Latest?.Where(sample => sample.Consumers == 0).Select(sample => sample.Queue).ToList() ?? [];
        return Task.FromResult(idle.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"no consumer: {string.Join(", ", idle)}"));
    }
}
