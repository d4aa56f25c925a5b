using System.Security.Cryptography;

namespace Navigator.Storage.Tenants;

/// <summary>Tenants and keys as their operator manages them: past the API, and never by the running system.</summary>
public interface ITenantRegistry
{
    /// <exception cref="TenantException">There is one of that name, or the name is none.</exception>
    Task Create(string tenant, CancellationToken token);

    Task<IReadOnlyList<TenantSummary>> List(CancellationToken token);

    /// <summary>Erase a tenant: its keys at once, and, when no process believes them any more, everything else.</summary>
    /// <returns>How many jobs and documents were deleted.</returns>
    /// <exception cref="TenantException">There is none.</exception>
    Task<(int Jobs, int Documents)> Delete(string tenant, CancellationToken token);

    /// <summary>What the tenant's webhooks are signed with, as the Standard Webhooks convention writes it: <c>whsec_&lt;base64&gt;</c>.</summary>
    /// <param name="rotate">Make a new one first.</param>
    /// <exception cref="TenantException">There is no such tenant.</exception>
    Task<string> WebhookSecret(string tenant, bool rotate, CancellationToken token);

    /// <summary>Make a key. Its secret is known to whoever gets this result, and to nobody ever again.</summary>
    /// <param name="lifetime">Null: until it is revoked.</param>
    /// <exception cref="TenantException">There is no such tenant, it has enough keys, or a scope is none.</exception>
    Task<ApiKey> CreateKey(string tenant, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken token);

    /// <param name="tenant">Only this one's; null for every tenant's.</param>
    Task<IReadOnlyList<KeySummary>> Keys(string? tenant, CancellationToken token);

    /// <summary>Within <see cref="TenantRules.UntilRevoked"/>, no process takes it any more.</summary>
    /// <exception cref="TenantException">There is no such key.</exception>
    Task RevokeKey(string id, CancellationToken token);

    /// <summary>The newest first.</summary>
    /// <param name="tenant">Only about this one; null for every tenant.</param>
    Task<IReadOnlyList<AuditEntry>> Audit(string? tenant, int limit, CancellationToken token);
}

/// <param name="LiveKeys">Neither expired nor revoked.</param>
public sealed record TenantSummary(string Id, DateTimeOffset CreatedAt, int LiveKeys, int Jobs, int Documents);

/// <param name="State">live, expired or revoked.</param>
public sealed record KeySummary(
    string Id, string Tenant, IReadOnlyList<string> Scopes, string State, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

public sealed record AuditEntry(DateTimeOffset At, string Tenant, string Actor, string Action, string Subject);

/// <summary>What was refused, in one line.</summary>
public sealed class TenantException(string message) : Exception(message);

/// <summary>What holds for tenants and keys, whatever database keeps them.</summary>
public static class TenantRules
{
    /// <summary>Enough to rotate every kind of key a tenant may have.</summary>
    public const int LiveKeysPerTenant = 10;

    /// <summary>No API believes a key for longer than this after it has read it.</summary>
    public static readonly TimeSpan UntilRevoked = TimeSpan.FromSeconds(5);

    private const int SecretBytes = 32;

    /// <exception cref="TenantException">It is none.</exception>
    internal static void CheckName(string tenant)
    {
        if (!TenantName.IsValid(tenant))
            throw new TenantException(TenantName.Rule);
    }

    /// <exception cref="TenantException">There are none, or one of them is none.</exception>
    internal static void CheckScopes(IReadOnlyList<string> scopes)
    {
        if (scopes.Count == 0 || scopes.Except(Scope.All).Any())
            throw new TenantException($"Scopes are one or more of {string.Join(", ", Scope.All)}.");
    }

    internal static TenantException Exists(string tenant) => new($"There is a tenant '{tenant}' already.");

    internal static TenantException NoTenant(string tenant) => new($"There is no tenant '{tenant}'.");

    internal static TenantException NoKey(string id) => new($"There is no key '{id}'.");

    internal static TenantException TooManyKeys(string tenant) => new($"'{tenant}' has {LiveKeysPerTenant} live keys: revoke one first.");

    internal static byte[] NewWebhookSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    internal static string Written(byte[] webhookSecret) => $"whsec_{Convert.ToBase64String(webhookSecret)}";
}
