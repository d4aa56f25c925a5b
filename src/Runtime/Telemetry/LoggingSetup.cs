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
    /// <summary>Lines that wait to be written, at most; those beyond are lost, and counted.</summary>
    private const int LinesAhead = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>To the console: for people when embedded, one JSON object a line when distributed. Levels: section Serilog.</summary>
    public static void AddLogging(this WebApplicationBuilder builder, NavigatorMode mode)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
            // A message that failed is logged by ShortFaultFilter, without the words of the exception.
            .MinimumLevel.Override("MassTransit.ReceiveTransport", LogEventLevel.Fatal)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Error)
            // What keeps a process from starting is said in one line by Startup, what fails a request by the problem handler.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics", LogEventLevel.Fatal)
            // Who is refused is told; WrongKeys says in one line when there are many.
            .MinimumLevel.Override("Navigator.Api.Access.ApiKeyHandler", LogEventLevel.Warning)
            // Whoever asks /health is told; a line at every look would bury the one that says what happened.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext();
        // One thread writes all lines. A slow or stopped reader of standard output holds up that thread, and no request or message.
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

    /// <summary>Waits until the last lines are written, two seconds at most: nobody may be reading them.</summary>
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

    /// <summary>The logger is there before the host whose metrics show what it lost.</summary>
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
