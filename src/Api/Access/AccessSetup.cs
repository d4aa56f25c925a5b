using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Navigator.Runtime.Settings;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>The scope that a key needs for a route. Every route has one or is declared open to all callers.</summary>
internal sealed record NeededScope(string Name);

internal static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services, NavigatorMode mode, IConfiguration configuration)
    {
        var configured = Exposure.Read(configuration, mode, TimeProvider.System);
        if (mode.IsEmbedded)
            services.AddSingleton(provider => new EmbeddedApiKeys(configured, provider.GetRequiredService<SqliteApiKeys>()))
                .AddSingleton<IApiKeys>(provider => provider.GetRequiredService<EmbeddedApiKeys>());
        // A hosted service, so that it has checked for keys before this process listens.
        services.AddSingleton(provider => new Exposure(
                provider.GetService<EmbeddedApiKeys>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Exposure>>()))
            .AddHostedService(provider => provider.GetRequiredService<Exposure>());
        services.AddSingleton<KeyCache>().AddSingleton<WrongKeys>();
        // Asked for when the process listens and not when the server is built, because it opens the embedded file.
        services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>((kestrel, provider) =>
            kestrel.ConfigureEndpointDefaults(endpoint => provider.GetRequiredService<Exposure>().Check(endpoint)));
        // Not AddAuthentication, which creates keys for cookies in the home directory. Navigator uses no cookies.
        services.AddAuthenticationCore(options => options.DefaultScheme = ApiKeyHandler.Scheme).AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Scheme, null);
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Scope.All)
            authorization.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireClaim(Caller.ScopeClaim, scope));
        return services.AddTenantRate();
    }

    public static void UseAccess(this WebApplication app) => app.UseAuthentication().UseAuthorization().UseRateLimiter();

    /// <summary>Requires a key with this scope.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder routes, string scope) where TBuilder : IEndpointConventionBuilder =>
        routes.RequireAuthorization(scope).WithMetadata(new NeededScope(scope));
}
