using Serilog;
using Serilog.Events;

namespace Navigator.Runtime.Telemetry;

public static class RequestLog
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    /// <summary>
    /// Logs one line for each request, with the route instead of the address and a method from the list, because both are otherwise a caller's text.
    /// </summary>
    public static void UseRequestLog(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        options.MessageTemplate = "{Method} {Route} {StatusCode} in {Elapsed:0} ms";
        options.GetMessageTemplateProperties = (context, _, elapsed, status) =>
        [
            new LogEventProperty("Method", new ScalarValue(Methods.FirstOrDefault(context.Request.Method.Equals) ?? "other")),
            new LogEventProperty("Route", new ScalarValue(RouteOf(context))),
            new LogEventProperty("StatusCode", new ScalarValue(status)),
            new LogEventProperty("Elapsed", new ScalarValue(elapsed)),
        ];
        // Health checks and scrapes come every few seconds. A failure is logged by what failed.
        options.GetLevel = (context, _, _) => RouteOf(context) is "/health/live" or "/health/ready" or "/metrics"
            ? LogEventLevel.Debug
            : LogEventLevel.Information;
    });

    private static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
}
