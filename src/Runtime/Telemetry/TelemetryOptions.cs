using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Telemetry;

/// <summary>
/// Traces. They are exported only if `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector, and so are the metrics, which `/metrics` always has.
/// </summary>
public sealed record TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>
    /// Share of the traces that are exported, if the caller's `traceparent` does not decide it. A trace is exported whole or not at all.
    /// Default: 0.1.
    /// </summary>
    [Range(0.0, 1.0)]
    public double SampleRatio { get; init; } = 0.1;
}
