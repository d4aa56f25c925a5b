using System.Security.Claims;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>The tenant of a request. Only the key decides it; a request's path and body do not.</summary>
internal static class Caller
{
    /// <summary>The tenant of all data while no key is needed: embedded mode on loopback.</summary>
    public const string Development = "development";

    public const string ScopeClaim = "scope";

    private const string TenantClaim = "tenant";
    private const string ActorClaim = "actor";

    public static string Tenant(this ClaimsPrincipal caller) =>
        caller.FindFirstValue(TenantClaim) ?? throw new InvalidOperationException("The route has no scope, so it has no authenticated caller.");

    /// <summary>The caller's name in the audit.</summary>
    public static string Actor(this ClaimsPrincipal caller) => caller.FindFirstValue(ActorClaim)!;

    public static ClaimsPrincipal Of(string tenant, string actor, IEnumerable<string> scopes) => new(new ClaimsIdentity(
        [new Claim(TenantClaim, tenant), new Claim(ActorClaim, actor), .. scopes.Select(scope => new Claim(ScopeClaim, scope))],
        ApiKeyHandler.Scheme));

    public static ClaimsPrincipal Developer { get; } = Of(Development, "development", Scope.All);
}
