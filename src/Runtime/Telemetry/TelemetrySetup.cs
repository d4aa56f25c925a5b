using System.Diagnostics;
using System.Diagnostics.Metrics;
using Navigator.Runtime.Flow;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Navigator.Runtime.Telemetry;

/// <summary>OpenTelemetry: metrics for /metrics, and traces and metrics for a collector if one is named.</summary>
internal static class TelemetrySetup
{
    /// <summary>The specification's name. The exporter reads its other OTEL_EXPORTER_OTLP_… settings itself.</summary>
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string HttpClientMeter = "System.Net.Http", NpgsqlName = "Npgsql", BusName = "MassTransit";

    /// <summary>Without the server's name, which for webhooks is a tenant's text.</summary>
    private static readonly string[] HttpClientTags = ["http.request.method", "http.response.status_code", "error.type"];

    public static void AddTelemetry(this WebApplicationBuilder builder, ProcessRole role)
    {
        var (services, settings) = (builder.Services, builder.Configuration);
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DistributedContextPropagator>(TraceParentPropagator.Instance);
        DistributedContextPropagator.Current = TraceParentPropagator.Instance;
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());

        var exports = !string.IsNullOrWhiteSpace(settings[Collector]);
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(
            settings["OTEL_SERVICE_NAME"] ?? $"navigator-{role.Name}", serviceNamespace: "navigator", serviceInstanceId: Lease.Worker));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(NavigatorMeter.Name, BusName, NpgsqlName, HttpClientMeter)
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation();
            metrics.AddPrometheusExporter();
            if (exports)
                metrics.AddOtlpExporter();
        });
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            var own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => View(instrument, own));
        });
        services.Configure<PrometheusAspNetCoreOptions>(prometheus =>
        {
            prometheus.ScopeInfoEnabled = false;
            prometheus.TargetInfoEnabled = false;
            prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
        });
        if (!exports)
            return;
        services.AddHostedService<CollectorWatch>();
        var options = settings.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new TelemetryOptions();
        telemetry.WithTracing(traces => traces
            .SetSampler(new ParentBasedSampler(new RootSampler(options.SampleRatio)))
            .AddSource(NavigatorTrace.Name, BusName, NpgsqlName)
            .AddAspNetCoreInstrumentation(web => web.Filter = IsTraced)
            .AddHttpClientInstrumentation()
            .AddProcessor(new SpanRedaction())
            .AddOtlpExporter());
    }

    /// <summary>Health checks and scrapes come every few seconds and would bury the questions.</summary>
    private static bool IsTraced(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal);

    /// <param name="own">The factory of this host. A meter of another host in the same process has that host's factory for its scope.</param>
    private static MetricStreamConfiguration? View(Instrument instrument, IMeterFactory own) =>
        instrument.Meter.Scope is IMeterFactory factory && factory != own ? MetricStreamConfiguration.Drop
        : instrument.Meter.Name == HttpClientMeter ? new MetricStreamConfiguration { TagKeys = HttpClientTags }
        : null;
}
