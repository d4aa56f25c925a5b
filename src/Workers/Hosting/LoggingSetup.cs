using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Navigator.Workers.Hosting;

internal static class LoggingSetup
{
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
        logger = mode.IsEmbedded
            ? logger.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            : logger.WriteTo.Console(new JsonFormatter(renderMessage: true));
        builder.Logging.ClearProviders().AddSerilog(logger.CreateLogger(), dispose: true);
    }
}
