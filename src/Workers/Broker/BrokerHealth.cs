using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Workers.Flow;

namespace Navigator.Workers.Broker;

/// <summary>Degraded if a queue has no consumer in any process. Questions are still accepted.</summary>
internal sealed class QueuesHealthCheck(QueueWatch queues) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var idle = queues.Latest?.Where(sample => sample.Consumers == 0).Select(sample => sample.Queue).ToList() ?? [];
        return Task.FromResult(idle.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"no consumer: {string.Join(", ", idle)}"));
    }
}

/// <summary>Reports whether this process's consumers receive their messages.</summary>
internal sealed class ConsumersHealthCheck(ConsumerWatch watch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(watch.Vanished is { Count: > 0 } vanished
            ? HealthCheckResult.Unhealthy($"vanished: {string.Join(", ", vanished)}")
            : HealthCheckResult.Healthy());
}

/// <summary>Reports whether the last canary was answered.</summary>
internal sealed class CanaryHealthCheck(Canary canary) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(canary.IsLate ? HealthCheckResult.Degraded($"late in stage {canary.Last!.Stage}") : HealthCheckResult.Healthy());
}
