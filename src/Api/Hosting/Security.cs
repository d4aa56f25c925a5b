using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Navigator.Api.Hosting;

/// <summary>How callers reach the API.</summary>
internal sealed record ExposureOptions : IValidatableObject
{
    public const string Section = "Http";

    /// <summary>
    /// Addresses or networks (10.0.0.0/8) of proxies in front of the API. Only these may set the caller's address and say that a request came over
    /// TLS. Default: none.
    /// </summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Proxies
        .Where(proxy => !IPAddress.TryParse(proxy, out _) && !System.Net.IPNetwork.TryParse(proxy, out _))
        .Select(proxy => new ValidationResult($"Http:Proxies: '{proxy}' is neither an address nor a network such as 10.0.0.0/8."));
}

/// <summary>Security headers and the trace's id of every response, and which forwarded headers are trusted.</summary>
internal static class Security
{
    /// <summary>Two years, the value that browsers recommend.</summary>
    private const string StrictTransport = "max-age=63072000";

    /// <summary>
    /// Allows the page's own script and style only. Style attributes are allowed because this policy also applies to a PDF that the page opens from
    /// memory, and Chrome's viewer needs them for its layout.
    /// </summary>
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; "
        + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddOptions<ExposureOptions>().BindConfiguration(ExposureOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ExposureOptions>>((forwarded, exposure) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // Only the configured proxies are trusted.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in exposure.Value.Proxies)
            {
                if (IPAddress.TryParse(proxy, out var address))
                    forwarded.KnownProxies.Add(address);
                else
                    forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        });
        return services;
    }

    /// <summary>First in the pipeline, so that errors carry the headers too.</summary>
    public static void UseSecurity(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ExposureOptions>>().Value.Proxies.Count > 0)
            app.UseForwardedHeaders();
        app.Use((context, next) =>
        {
            // Set when the response starts, because error handlers clear headers that were set earlier.
            context.Response.OnStarting(static state =>
            {
                var (headers, secure) = (((HttpContext)state).Response.Headers, ((HttpContext)state).Request.IsHttps);
                // An uploaded file sets its own policy.
                if (headers.ContentSecurityPolicy.Count == 0)
                    headers.ContentSecurityPolicy = Policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                if (Activity.Current is { } trace)
                    headers["Trace-Id"] = trace.TraceId.ToHexString();
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
                if (secure)
                    headers.StrictTransportSecurity = StrictTransport;
                return Task.CompletedTask;
            }, context);
            return next(context);
        });
    }
}
