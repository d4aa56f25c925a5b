using System.Security.Claims;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>Whose jobs and documents a request is about, as its key says; nothing in a request's path or body does.</summary>
internal static class Caller
{
    /// <summary>Whose everything is where no key is needed: embedded, on loopback.</summary>
    public const string Development = "development";

    public const string ScopeClaim = "scope";

    private const string TenantClaim = "tenant";
    private const string ActorClaim = "actor";

    public static string Tenant(this ClaimsPrincipal caller) =>
        caller.FindFirstValue(TenantClaim) ?? throw new InvalidOperationException("A route without a scope asks for its caller.");

    /// <summary>As it stands in the audit.</summary>
    public static string Actor(this ClaimsPrincipal caller) => caller.FindFirstValue(ActorClaim)!;

    public static ClaimsPrincipal Of(string tenant, string actor, IEnumerable<string> scopes) => new(new ClaimsIdentity(
        [new Claim(TenantClaim, tenant), new Claim(ActorClaim, actor), .. scopes.Select(scope => new Claim(ScopeClaim, scope))],
        ApiKeyHandler.Scheme));

    public static ClaimsPrincipal Developer { get; } = Of(Development, "development", Scope.All);
}
