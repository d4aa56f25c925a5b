using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Navigator.Runtime.Telemetry;

public static class HealthEndpoints
{
    public const string ReadyTag = "ready";

    /// <summary>
    /// /health/live: 200 while the process runs. /health/ready: 503 and the failed part if the process cannot work, else 200 and any degraded part.
    /// Both need no key and show no secret.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag), ResponseWriter = Write })
            .AllowAnonymous();
    }

    /// <summary>/metrics: every metric of this process, for Prometheus.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint("/metrics");

    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = NameOf(report.Status),
        parts = report.Entries.ToDictionary(
            entry => entry.Key == "masstransit-bus" ? "broker" : entry.Key,
            entry => entry.Value.Status == HealthStatus.Healthy || entry.Key is "masstransit-bus" or "database"
                ? NameOf(entry.Value.Status)
                : $"{NameOf(entry.Value.Status)}: {entry.Value.Description}"),
    });

    private static string NameOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "down",
    };
}

/// <summary>Healthy if PostgreSQL answers within a second.</summary>
internal sealed class DatabaseHealthCheck(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            // A frozen server does not react to the cancellation either, so the wait has its own limit.
            await command.ExecuteScalarAsync(timeout.Token).WaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(error.GetType().Name);
        }
    }
}
