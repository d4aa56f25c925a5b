using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace Navigator.Runtime.Telemetry;

/// <summary>
/// Logs one warning if the collector does not take what is exported. The exporter itself writes to an event source only. Its queue is bounded, and
/// what does not fit is dropped. Further failures are counted.
/// </summary>
internal sealed partial class CollectorWatch : EventListener, IHostedService
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private readonly Counter<long> failures;
    private readonly ILogger<CollectorWatch> log;
    private int warned;

    public CollectorWatch(IMeterFactory meters, ILogger<CollectorWatch> log)
    {
        this.log = log;
        failures = NavigatorMeter.OfHost(meters).CreateCounter<long>("navigator.telemetry.exports_failed", "{export}",
            "Exports that the collector did not take.");
        // The base class has shown the sources before the fields were set.
        foreach (var source in EventSource.GetSources())
            Listen(source);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void OnEventSourceCreated(EventSource eventSource) => Listen(eventSource);

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (failures is null || eventData.EventSource.Name != Exporter)
            return;
        failures.Add(1);
        if (Interlocked.Exchange(ref warned, 1) == 0)
            LogFailed(eventData.EventName);
    }

    private void Listen(EventSource source)
    {
        if (source.Name == Exporter)
            EnableEvents(source, EventLevel.Error);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The collector of OTEL_EXPORTER_OTLP_ENDPOINT does not take spans and metrics ({Event}). They are dropped, and further failures "
            + "are only counted (navigator_telemetry_exports_failed_total)")]
    private partial void LogFailed(string? @event);
}
