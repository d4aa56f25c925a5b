using System.Security.Cryptography;

namespace Navigator.Storage.Tenants;

/// <summary>Manages tenants and keys for the operator. Neither the API nor a worker uses it.</summary>
public interface ITenantRegistry
{
    /// <exception cref="TenantException">A tenant of that name exists, or the name is invalid.</exception>
    Task Create(string tenant, CancellationToken token);

    Task<IReadOnlyList<TenantSummary>> List(CancellationToken token);

    /// <summary>Erases a tenant. Revokes its keys at once and deletes its data once no process accepts the keys any more.</summary>
    /// <returns>How many jobs and documents were deleted.</returns>
    /// <exception cref="TenantException">There is no such tenant.</exception>
    Task<(int Jobs, int Documents)> Delete(string tenant, CancellationToken token);

    /// <summary>Returns the secret that signs the tenant's webhooks, in the Standard Webhooks format: <c>whsec_&lt;base64&gt;</c>.</summary>
    /// <param name="rotate">Creates a new secret first.</param>
    /// <exception cref="TenantException">There is no such tenant.</exception>
    Task<string> WebhookSecret(string tenant, bool rotate, CancellationToken token);

    /// <summary>Creates a key. Only this result contains its secret.</summary>
    /// <param name="lifetime">Null: valid until it is revoked.</param>
    /// <exception cref="TenantException">The tenant does not exist, it has its maximum of keys, or a scope is invalid.</exception>
    Task<ApiKey> CreateKey(string tenant, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken token);

    /// <param name="tenant">Returns only this tenant's keys; null: every tenant's.</param>
    Task<IReadOnlyList<KeySummary>> Keys(string? tenant, CancellationToken token);

    /// <summary>Revokes a key. After <see cref="TenantRules.UntilRevoked"/> no process accepts it any more.</summary>
    /// <exception cref="TenantException">There is no such key.</exception>
    Task RevokeKey(string id, CancellationToken token);

    /// <summary>Returns audit entries, newest first.</summary>
    /// <param name="tenant">Returns only entries about this tenant; null: about every tenant.</param>
    Task<IReadOnlyList<AuditEntry>> Audit(string? tenant, int limit, CancellationToken token);
}

/// <param name="LiveKeys">Number of keys that are neither expired nor revoked.</param>
public sealed record TenantSummary(string Id, DateTimeOffset CreatedAt, int LiveKeys, int Jobs, int Documents);

/// <param name="State">live, expired or revoked.</param>
public sealed record KeySummary(
    string Id, string Tenant, IReadOnlyList<string> Scopes, string State, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

public sealed record AuditEntry(DateTimeOffset At, string Tenant, string Actor, string Action, string Subject);

/// <summary>A request about tenants or keys was refused. The message gives the reason in one line.</summary>
public sealed class TenantException(string message) : Exception(message);

/// <summary>Rules for tenants and keys that hold in both databases.</summary>
public static class TenantRules
{
    /// <summary>Enough to rotate every kind of key that a tenant may have.</summary>
    public const int LiveKeysPerTenant = 10;

    /// <summary>Longest time for which an API process caches a key.</summary>
    public static readonly TimeSpan UntilRevoked = TimeSpan.FromSeconds(5);

    private const int SecretBytes = 32;

    /// <exception cref="TenantException">The name is invalid.</exception>
    internal static void CheckName(string tenant)
    {
        if (!TenantName.IsValid(tenant))
            throw new TenantException(TenantName.Rule);
    }

    /// <exception cref="TenantException">The list is empty, or a scope is invalid.</exception>
    internal static void CheckScopes(IReadOnlyList<string> scopes)
    {
        if (scopes.Count == 0 || scopes.Except(Scope.All).Any())
            throw new TenantException($"A key needs one or more of the scopes {string.Join(", ", Scope.All)}.");
    }

    internal static TenantException Exists(string tenant) => new($"The tenant '{tenant}' exists already.");

    internal static TenantException NoTenant(string tenant) => new($"There is no tenant '{tenant}'.");

    internal static TenantException NoKey(string id) => new($"There is no key '{id}'.");

    internal static TenantException TooManyKeys(string tenant) => new($"'{tenant}' has {LiveKeysPerTenant} live keys. Revoke one first.");

    internal static byte[] NewWebhookSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    internal static string Written(byte[] webhookSecret) => $"whsec_{Convert.ToBase64String(webhookSecret)}";
}
