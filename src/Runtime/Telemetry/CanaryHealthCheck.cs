using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Telemetry;

/// <summary>Reports whether the last canary was answered.</summary>
internal sealed class CanaryHealthCheck(Canary canary) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(canary.IsLate ? HealthCheckResult.Degraded($"late in stage {canary.Last!.Stage}") : HealthCheckResult.Healthy());
}
