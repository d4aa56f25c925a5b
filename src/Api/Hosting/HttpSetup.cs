using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Navigator.Api.Access;
using Navigator.Workers.Hosting;
using Navigator.Workers.Limits;

namespace Navigator.Api.Hosting;

internal static class HttpSetup
{
    /// <summary>While it drains, callers are asked to come back over another connection.</summary>
    public static void UseDrain(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.RequestServices.GetRequiredService<Drain>().HasBegun)
            context.Response.Headers.Connection = "close";
        return next(context);
    });

    /// <summary>JSON in snake_case, strict about what it takes; requests bounded; OpenAPI.</summary>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            var json = options.SerializerOptions;
            json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
            // A misspelt field is an error, not silence.
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.AllowDuplicateProperties = false;
            json.MaxDepth = 16;
            json.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        builder.Services.AddHealthChecks().AddCheck<Drain>("serving", tags: [HealthEndpoints.ReadyTag]);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddOptions<FormOptions>().Configure<LivePolicy>((form, policy) =>
        {
            // The request's own limit holds it (413), and Upload compares the file with http.document_bytes: past a limit of the form the
            // framework says only in words which of its limits it was.
            form.MultipartBodyLengthLimit = long.MaxValue;
            form.ValueCountLimit = 16;
            form.ValueLengthLimit = 4_096;
            form.MultipartHeadersLengthLimit = 8_192;
        });
        builder.Services.AddOptions<KestrelServerOptions>().Configure<LivePolicy>((kestrel, policy) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = policy.Now.Http.Connections;
            // A client may take its time, but not everybody's: so long for its headers, and then so many bytes a second.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.Limits.MaxRequestHeadersTotalSize = 16_384;
        });
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Navigator";
            document.Info.Description = "Questions about your own documents, answered by a queue of workers: submit, then poll.";
            document.Info.Version = "v1";
            return Task.CompletedTask;
        }).DescribeAccess());
    }
}
