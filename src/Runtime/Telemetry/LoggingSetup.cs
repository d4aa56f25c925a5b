using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Primitives;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Hosting;
using Serilog.Formatting.Json;
using Serilog.Sinks.Async;

namespace Navigator.Runtime.Telemetry;

internal static class LoggingSetup
{
    /// <summary>Maximum number of lines that wait to be written. Further lines are dropped and counted.</summary>
    private const int LinesAhead = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const string LevelKey = "Serilog:MinimumLevel:Default";

    /// <summary>
    /// Logs to the console: for people on a terminal, else one JSON object a line. Levels: section Serilog. The default level follows a change of
    /// the settings' file while the process runs.
    /// </summary>
    public static void AddLogging(this WebApplicationBuilder builder)
    {
        var level = new LoggingLevelSwitch(Level(builder.Configuration));
        ChangeToken.OnChange(((IConfiguration)builder.Configuration).GetReloadToken, () => level.MinimumLevel = Level(builder.Configuration));
        var logger = new LoggerConfiguration()
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
            .MinimumLevel.ControlledBy(level)
            .Enrich.FromLogContext()
            .Enrich.With<JobIdEnricher>();
        // One thread writes all lines. A slow or stopped reader of standard output delays that thread only, no request and no message.
        var lost = new LostLines();
        logger.WriteTo.Async(
            lines => _ = !Console.IsOutputRedirected
                ? lines.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}",
                    formatProvider: CultureInfo.InvariantCulture)
                : lines.Console(new JsonFormatter(renderMessage: true)),
            bufferSize: LinesAhead, blockWhenFull: false, monitor: lost);
        Log.Logger = logger.CreateLogger();
        builder.Logging.ClearProviders().AddSerilog(Log.Logger);
        // The request log needs it.
        builder.Services.AddSingleton(new DiagnosticContext(Log.Logger));
        builder.Services.AddHostedService(provider => new LostLinesGauge(lost, provider.GetRequiredService<IMeterFactory>()));
    }

    /// <summary>Waits until the last lines are written, at most two seconds, because standard output may have no reader.</summary>
    public static Task WriteOut() => Task.WhenAny(Task.Run(Log.CloseAndFlush), Task.Delay(Patience));

    private static LogEventLevel Level(IConfiguration settings) =>
        Enum.TryParse<LogEventLevel>(settings[LevelKey] ?? settings["Serilog:MinimumLevel"], ignoreCase: true, out var level)
            ? level
            : LogEventLevel.Information;

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
