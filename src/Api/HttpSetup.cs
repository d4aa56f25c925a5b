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
    /// <summary>No settings: the one form there is has a file and a title (<see cref="Documents.Upload"/>), and no more is read.</summary>
    private const int FormValues = 16, FormValueBytes = 4_096, FormHeaderBytes = 8_192;

    /// <summary>No setting: objects in a request stand two deep, and a deeper one is an attack.</summary>
    private const int JsonDepth = 16;

    /// <summary>No setting: Kestrel's own number. A rate that is measured for less would cut off whoever's network pauses.</summary>
    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

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
            json.MaxDepth = JsonDepth;
            json.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        builder.Services.AddHealthChecks().AddCheck<Drain>("serving", tags: [HealthEndpoints.ReadyTag]);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddOptions<FormOptions>().Configure<LivePolicy>((form, policy) =>
        {
            form.MultipartBodyLengthLimit = policy.Now.Http.DocumentBytes;
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
            document.Info.Description = "Questions about your own documents, answered by a queue of workers: submit, then poll.";
            document.Info.Version = "v1";
            return Task.CompletedTask;
        }).DescribeAccess());
    }
}
