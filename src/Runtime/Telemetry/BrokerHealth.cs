using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Flow;

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

/// <summary>Does this process get the messages that it should get?</summary>
internal sealed class ConsumersHealthCheck(ConsumerWatch watch) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(watch.Vanished is { Count: > 0 } vanished
            ? HealthCheckResult.Unhealthy($"vanished: {string.Join(", ", vanished)}")
            : HealthCheckResult.Healthy());
}

/// <summary>Did the last canary come back?</summary>
internal sealed class CanaryHealthCheck(Canary canary) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(canary.IsLate ? HealthCheckResult.Degraded($"late: it got as far as {canary.Last!.Stage}") : HealthCheckResult.Healthy());
}
