using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Telemetry;

namespace Navigator.Api;

internal static class HttpSetup
{
    /// <summary>Not settings: the only form has a file and a title (<see cref="Documents.Upload"/>).</summary>
    private const int FormValues = 16, FormValueBytes = 4_096, FormHeaderBytes = 8_192;

    /// <summary>Not a setting: objects in a request are nested two deep, so a deeper one is an attack.</summary>
    private const int JsonDepth = 16;

    /// <summary>Not a setting: Kestrel's default. A shorter time would cut off callers whose network pauses.</summary>
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    /// <summary>While the API drains, responses ask callers to use another connection.</summary>
    public static void UseDrain(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.RequestServices.GetRequiredService<Drain>().HasBegun)
            context.Response.Headers.Connection = "close";
        return next(context);
    });

    /// <summary>Sets up JSON in snake_case with strict reading, request limits and OpenAPI.</summary>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            var json = options.SerializerOptions;
            json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
            // A misspelt field is an error and is not ignored silently.
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.AllowDuplicateProperties = false;
            json.MaxDepth = JsonDepth;
            json.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        builder.Services.AddHealthChecks().AddCheck<Drain>("serving", tags: [HealthEndpoints.ReadyTag]);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.Configure<FormOptions>(form =>
        {
            // The request's own limit holds it (413), and Upload compares the file with http.document_bytes: past a limit of the form the
            // framework says only in words which of its limits it was.
            form.MultipartBodyLengthLimit = long.MaxValue;
            form.ValueCountLimit = FormValues;
            form.ValueLengthLimit = FormValueBytes;
            form.MultipartHeadersLengthLimit = FormHeaderBytes;
        });
        builder.Services.AddOptions<KestrelServerOptions>().Configure<LivePolicy>((kestrel, policy) =>
        {
            kestrel.AddServerHeader = false;
            var limits = policy.Now.Http;
            kestrel.Limits.MaxConcurrentConnections = limits.Connections;
            kestrel.Limits.RequestHeadersTimeout = limits.HeaderTimeout;
            kestrel.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.BodyBytesPerSecond, BodyGrace);
        });
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Navigator";
            document.Info.Description = "Answers questions about your own documents. Submit a question, then poll for its answer.";
            document.Info.Version = "v1";
            return Task.CompletedTask;
        }).DescribeAccess());
    }
}
