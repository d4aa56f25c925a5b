using System.Diagnostics.Metrics;
using System.Globalization;
using Navigator.Runtime.Settings;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;
using Serilog.Sinks.Async;

namespace Navigator.Runtime.Telemetry;

internal static class LoggingSetup
{
    /// <summary>Maximum number of lines that wait to be written. Further lines are dropped and counted.</summary>
    private const int LinesAhead = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Logs to the console: for people in embedded mode, one JSON object a line in distributed mode. Levels: section Serilog.</summary>
    public static void AddLogging(this WebApplicationBuilder builder, NavigatorMode mode)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
            // ShortFaultFilter logs failed messages, without the exception's message.
            .MinimumLevel.Override("MassTransit.ReceiveTransport", LogEventLevel.Fatal)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Error)
            // Startup logs why a process cannot start, in one line. The problem handler logs failed requests.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics", LogEventLevel.Fatal)
            // The caller sees the refusal in the response. WrongKeys logs one line if there are many.
            .MinimumLevel.Override("Navigator.Api.Access.ApiKeyHandler", LogEventLevel.Warning)
            // The caller of /health sees the result in the response. A log line per check would bury the others.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext();
        // One thread writes all lines. A slow or stopped reader of standard output delays that thread only, no request and no message.
        var lost = new LostLines();
        logger.WriteTo.Async(
            lines => _ = mode.IsEmbedded
                ? lines.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}",
                    formatProvider: CultureInfo.InvariantCulture)
                : lines.Console(new JsonFormatter(renderMessage: true)),
            bufferSize: LinesAhead, blockWhenFull: false, monitor: lost);
        Log.Logger = logger.CreateLogger();
        builder.Logging.ClearProviders().AddSerilog(Log.Logger);
        builder.Services.AddHostedService(provider => new LostLinesGauge(lost, provider.GetRequiredService<IMeterFactory>()));
    }

    /// <summary>Waits until the last lines are written, at most two seconds, because standard output may have no reader.</summary>
    public static Task WriteOut() => Task.WhenAny(Task.Run(Log.CloseAndFlush), Task.Delay(Patience));

    private sealed class LostLines : IAsyncLogEventSinkMonitor
    {
        private IAsyncLogEventSinkInspector? inspector;

        public long Count => inspector?.DroppedMessagesCount ?? 0;

        public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => this.inspector = inspector;

        public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
        {
        }
    }

    /// <summary>The logger exists before the host whose metrics show its lost lines.</summary>
    private sealed class LostLinesGauge(LostLines lost, IMeterFactory meters) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            NavigatorMeter.OfHost(meters).CreateObservableGauge("navigator.log.lines_lost", () => lost.Count, "{line}",
                "Log lines that were dropped because standard output was read too slowly.");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
