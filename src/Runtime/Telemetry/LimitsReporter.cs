using System.Diagnostics.Metrics;
using System.Text.Json;
using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Processes;

namespace Navigator.Runtime.Telemetry;

/// <summary>Stores this process's limits and circuit breakers every other second, so that any API process can show them.</summary>
internal sealed class LimitsReporter(
    ProcessRole role, LimitRegistry registry, ToolSet tools, CircuitBreakers breakers, IMeterFactory meters, IProcessReports reports,
    TimeProvider clock, ILogger<LimitsReporter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(string, string), long> before = [];
    private long last = clock.GetTimestamp();

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (role.Consumes)
        {
            breakers.Publish(meters.Create(NavigatorMeter.Name));
            // Creates every bulkhead at the start, so that it is shown before the first call.
            foreach (var upstream in UpstreamNames.All.Concat(tools.Upstreams))
            {
                registry.Upstream(upstream);
                breakers.Of(upstream);
            }
        }
        return Repeat.Every(Interval, "The report on limits", Publish, clock, log, stoppingToken);
    }

    private Task Publish(CancellationToken token)
    {
        var passed = clock.GetElapsedTime(last).TotalSeconds;
        last = clock.GetTimestamp();
        var report = new ProcessLimits([.. breakers.Configured.Select(Now)])
        {
            Usage = [.. registry.Read().Select(limit => Now(limit, passed))],
            Version = ProgramVersion.Text,
            ReportedAt = clock.GetUtcNow(),
        };
        return reports.Publish(Lease.Worker, role.Name, JsonSerializer.Serialize(report, JsonSerializerOptions.Web), token);
    }

    private static BreakerNow Now(CircuitBreaker breaker)
    {
        var circuit = breaker.Now;
        return new BreakerNow(breaker.Name, JsonNamingPolicy.SnakeCaseLower.ConvertName(circuit.State.ToString()), circuit.Since);
    }

    private LimitNow Now(LimitUsage limit, double passed)
    {
        var entered = limit.Entered - before.GetValueOrDefault((limit.Kind, limit.Name));
        before[(limit.Kind, limit.Name)] = limit.Entered;
        return new LimitNow(limit.Kind, limit.Name, limit.Limit, limit.InUse, limit.Waiting, limit.WaitedSeconds, Math.Round(entered / passed, 1));
    }
}
