using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Navigator.Contracts.Http;
using Navigator.Storage;

namespace Navigator.Api.Problems;

internal static class ProblemSetup
{
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services.AddProblemDetails(options => options.CustomizeProblemDetails = AddTrace).AddExceptionHandler<ProblemExceptionHandler>();

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        // Adds problem details to refusals of routing and the framework, which have no body.
        app.UseStatusCodePages(context => Write(context.HttpContext, context.HttpContext.Response.StatusCode));
        // JSON is UTF-8 (RFC 8259). The framework's reader would treat an unknown encoding as a server error.
        app.Use((context, next) => context.Request.HasJsonContentType() && !IsUtf8(context.Request)
            ? Problem.Of(ProblemCode.UnsupportedCharset, "Send JSON as UTF-8, without a charset.").ExecuteAsync(context)
            : next(context));
    }

    /// <summary>The same id as in the header Trace-Id and in the log. The framework's own value also has the span and the flags.</summary>
    private static void AddTrace(ProblemDetailsContext context) =>
        context.ProblemDetails.Extensions["trace_id"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;

    private static bool IsUtf8(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static Task Write(HttpContext context, int status) => (status switch
    {
        404 => Problem.Of(ProblemCode.RouteNotFound, "This address does not exist. /openapi/v1.json lists the API's addresses."),
        405 => Problem.Of(
            ProblemCode.MethodNotAllowed, $"{context.Request.Method} is not allowed here. The Allow header lists the allowed methods."),
        413 => Problem.TooLarge(),
        415 => Problem.Of(ProblemCode.UnsupportedMediaType, "Send the body as application/json."),
        _ => Problem.Of(ProblemCode.OfStatus(status), "The request cannot be answered."),
    }).ExecuteAsync(context);
}

/// <summary>Turns exceptions into problems: the caller's errors into 4xx, an unavailable database into 503, others into 500 without detail.</summary>
internal sealed partial class ProblemExceptionHandler(TimeProvider clock, ILogger<ProblemExceptionHandler> log) : IExceptionHandler
{
    private readonly RefusalCount unavailable = new(clock);
    private readonly RefusalCount poolExhausted = new(clock);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = 499;
            return true;
        }
        var problem = exception switch
        {
            BadHttpRequestException bad => Explain(bad),
            PoolExhaustedException => PoolExhausted(httpContext),
            StoredFormatException unknown => StoredFormatUnknown(httpContext, unknown),
            DbException or TimeoutException => Unavailable(httpContext, exception),
            _ => Unexpected(httpContext, exception),
        };
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private static ProblemHttpResult Explain(BadHttpRequestException bad) => bad switch
    {
        { StatusCode: 413 } => Problem.TooLarge(),
        { StatusCode: 415 } => Problem.Of(ProblemCode.UnsupportedMediaType, "Send the body as application/json."),
        { StatusCode: 408 } => Problem.Of(ProblemCode.RequestTimeout, "The request arrived too slowly."),
        { InnerException: JsonException json } => Problem.Of(ProblemCode.InvalidJson, Explain(json)),
        { InnerException: InvalidDataException } => Problem.Of(ProblemCode.InvalidForm, "The form cannot be read."),
        _ => Problem.Of(
            ProblemCode.BadRequest with { Status = bad.StatusCode },
            "The request cannot be read: its body or a parameter is missing or of the wrong type."),
    };

    /// <summary>
    /// Says where the JSON is wrong without quoting it, because callers log problems. System.Text.Json 10.0 has one exception for all errors; only
    /// its text tells them apart (Strings.resx of dotnet/runtime: UnmappedJsonProperty, DeserializeUnableToConvertValue). Status and code do not
    /// depend on the text. ChatTests holds it.
    /// </summary>
    private static string Explain(JsonException json)
    {
        var place = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : "";
        return json.Path is { Length: > 1 } path && json.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? $"The body has an unknown field{place}."
            : json.Path is { Length: > 1 } and not "$" && json.Message.Contains("could not be converted", StringComparison.Ordinal)
                ? $"The body has a field of the wrong type{place}."
                : $"The body is not a valid JSON object for this request{place}.";
    }

    private ProblemHttpResult Unavailable(HttpContext context, Exception exception)
    {
        if (unavailable.Add() is { } count)
            LogUnavailable(count, exception.GetType().Name);
        context.Response.Headers.RetryAfter = "2";
        return Problem.Of(ProblemCode.DatabaseUnavailable,
            "The database does not answer. Try again in a moment; with an Idempotency-Key nothing is done twice.");
    }

    /// <summary>While processes are being replaced, another process may be able to read the row.</summary>
    private ProblemHttpResult StoredFormatUnknown(HttpContext context, StoredFormatException exception)
    {
        LogStoredFormatUnknown(exception.Message);
        context.Response.Headers.RetryAfter = "10";
        return Problem.Of(ProblemCode.StoredFormatUnknown,
            "This data is stored in a format that this version of Navigator cannot read. Try again in a moment.");
    }

    private ProblemHttpResult PoolExhausted(HttpContext context)
    {
        if (poolExhausted.Add() is { } count)
            LogPoolExhausted(count);
        context.Response.Headers.RetryAfter = "1";
        return Problem.Of(ProblemCode.DatabasePoolExhausted,
            "All connections to the database are busy. Try again in a moment; with an Idempotency-Key nothing is done twice.");
    }

    private ProblemHttpResult Unexpected(HttpContext context, Exception exception)
    {
        LogUnexpected(exception, context.Request.Method, context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName);
        return Problem.Of(ProblemCode.InternalError, "An unexpected error occurred. It has been logged.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A row cannot be read: {Problem}")]
    private partial void LogStoredFormatUnknown(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} requests were answered 503, because the database does not answer ({Error})")]
    private partial void LogUnavailable(int count, string error);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Count} requests were answered 503, because the connection pool is exhausted (postgres.max_connections)")]
    private partial void LogPoolExhausted(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed")]
    private partial void LogUnexpected(Exception exception, string method, string? endpoint);
}
