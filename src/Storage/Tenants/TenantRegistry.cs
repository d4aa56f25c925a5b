using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage.Tenants;

/// <param name="LiveKeys">Neither expired nor revoked.</param>
public sealed record TenantSummary(string Id, DateTimeOffset CreatedAt, int LiveKeys, int Jobs, int Documents);

/// <param name="State">live, expired or revoked.</param>
public sealed record KeySummary(
    string Id, string Tenant, IReadOnlyList<string> Scopes, string State, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

public sealed record AuditEntry(DateTimeOffset At, string Tenant, string Actor, string Action, string Subject);

/// <summary>What was refused, in one line.</summary>
public sealed class TenantException(string message) : Exception(message);

/// <summary>Tenants and keys as their operator manages them: over a connection of the schema's owner, and never by the running system.</summary>
public sealed class TenantRegistry(NpgsqlDataSource owner)
{
    /// <summary>Enough to rotate every kind of key a tenant may have.</summary>
    public const int LiveKeysPerTenant = 10;

    /// <summary>No API believes a key for longer than this after it has read it.</summary>
    public static readonly TimeSpan UntilRevoked = TimeSpan.FromSeconds(5);

    private const int SecretBytes = 32;

    /// <exception cref="TenantException">There is one of that name, or the name is none.</exception>
    public async Task Create(string tenant, CancellationToken token)
    {
        if (!TenantName.IsValid(tenant))
            throw new TenantException(TenantName.Rule);
        await Note(tenant, "tenant.create", tenant, token);
        await using var command = owner.For(tenant, "INSERT INTO tenant (id, webhook_secret) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        if (await command.With(tenant).With(RandomNumberGenerator.GetBytes(SecretBytes)).Change(token) == 0)
            throw new TenantException($"There is a tenant '{tenant}' already.");
    }

    public async Task<IReadOnlyList<TenantSummary>> List(CancellationToken token)
    {
        await using var names = owner.ForNobody("SELECT id FROM tenant");
        var all = await names.All(row => row.GetString(0), token);
        await using var command = owner.For(
            all,
            """
            SELECT id, created_at,
                   (SELECT count(*)::int FROM api_key WHERE tenant_id = tenant.id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())),
                   (SELECT count(*)::int FROM chat_job WHERE tenant_id = tenant.id), (SELECT count(*)::int FROM document WHERE tenant_id = tenant.id)
            FROM   tenant ORDER BY id
            """);
        return await command.All(
            row => new TenantSummary(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)),
            token);
    }

    /// <summary>Erase a tenant: its keys at once, and, when no process believes them any more, everything else.</summary>
    /// <returns>How many jobs and documents were deleted.</returns>
    /// <exception cref="TenantException">There is none.</exception>
    public async Task<(int Jobs, int Documents)> Delete(string tenant, CancellationToken token)
    {
        await Expect(tenant, token);
        await Note(tenant, "tenant.delete", tenant, token);
        await using (var revoke = owner.For(tenant, "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE tenant_id = $1"))
            await revoke.With(tenant).Change(token);
        await Task.Delay(UntilRevoked, token);
        var jobs = await Erase("chat_job", tenant, token);
        var documents = await Erase("document", tenant, token);  // with its passages and their terms
        await Erase("replay", tenant, token);
        await using var command = owner.For(tenant, "DELETE FROM tenant WHERE id = $1");
        await command.With(tenant).Change(token);
        return (jobs, documents);
    }

    /// <summary>What the tenant's webhooks are signed with, as the Standard Webhooks convention writes it: <c>whsec_&lt;base64&gt;</c>.</summary>
    /// <param name="rotate">Make a new one first.</param>
    /// <exception cref="TenantException">There is no such tenant.</exception>
    public async Task<string> WebhookSecret(string tenant, bool rotate, CancellationToken token)
    {
        await Expect(tenant, token);
        await Note(tenant, rotate ? "webhook-secret.rotate" : "webhook-secret.read", tenant, token);
        await using var command = owner.For(tenant,
            "UPDATE tenant SET webhook_secret = coalesce($2, webhook_secret) WHERE id = $1 RETURNING webhook_secret");
        var secrets = await command.With(tenant).With(rotate ? RandomNumberGenerator.GetBytes(SecretBytes) : null, NpgsqlDbType.Bytea)
            .All(row => row.GetFieldValue<byte[]>(0), token);
        return $"whsec_{Convert.ToBase64String(secrets[0])}";
    }

    /// <summary>Make a key. Its secret is known to whoever gets this result, and to nobody ever again.</summary>
    /// <param name="lifetime">Null: until it is revoked.</param>
    /// <exception cref="TenantException">There is no such tenant, it has enough keys, or a scope is none.</exception>
    public async Task<ApiKey> CreateKey(string tenant, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken token)
    {
        if (scopes.Count == 0 || scopes.Except(Scope.All).Any())
            throw new TenantException($"Scopes are one or more of {string.Join(", ", Scope.All)}.");
        await Expect(tenant, token);
        var key = ApiKey.Create();
        await Note(tenant, "key.create", key.Id, token);
        await using var command = owner.For(
            tenant,
            """
            INSERT INTO api_key (id, tenant_id, secret_sha256, scopes, expires_at)
            SELECT $1, $2, $3, $4, now() + $5::interval
            WHERE  (SELECT count(*) FROM api_key WHERE tenant_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())) < $6
            """);
        return await command.With(key.Id).With(tenant).With(key.Hash()).With(scopes.Distinct().ToArray()).With(lifetime, NpgsqlDbType.Interval)
            .With(LiveKeysPerTenant).Change(token) == 1
            ? key
            : throw new TenantException($"'{tenant}' has {LiveKeysPerTenant} live keys: revoke one first.");
    }

    public async Task<IReadOnlyList<KeySummary>> Keys(string? tenant, CancellationToken token)
    {
        await using var command = owner.ForNobody(
            """
            SELECT id, tenant_id, scopes, CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'live' END,
                   created_at, expires_at, last_used_at
            FROM   api_key WHERE $1::text IS NULL OR tenant_id = $1 ORDER BY tenant_id, created_at
            """);
        return await command.With(tenant, NpgsqlDbType.Text).All(
            row => new KeySummary(
                row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6)),
            token);
    }

    /// <summary>Within <see cref="UntilRevoked"/>, no process takes it any more.</summary>
    /// <exception cref="TenantException">There is no such key.</exception>
    public async Task RevokeKey(string id, CancellationToken token)
    {
        await using var find = owner.ForNobody("SELECT tenant_id FROM api_key WHERE id = $1");
        if (await find.With(id).One(row => row.GetString(0), token) is not { } tenant)
            throw new TenantException($"There is no key '{id}'.");
        await Note(tenant, "key.revoke", id, token);
        await using var command = owner.For(tenant, "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1");
        await command.With(id).Change(token);
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> Audit(string? tenant, int limit, CancellationToken token)
    {
        await using var command = owner.ForNobody(
            "SELECT at, tenant_id, actor, action, subject FROM audit WHERE $1::text IS NULL OR tenant_id = $1 ORDER BY id DESC LIMIT $2");
        return await command.With(tenant, NpgsqlDbType.Text).With(limit).All(
            row => new AuditEntry(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)),
            token);
    }

    private async Task Expect(string tenant, CancellationToken token)
    {
        await using var find = owner.ForNobody("SELECT id FROM tenant WHERE id = $1");
        if (await find.With(tenant).One(row => row.GetString(0), token) is null)
            throw new TenantException($"There is no tenant '{tenant}'.");
    }

    private async Task<int> Erase(string table, string tenant, CancellationToken token)
    {
        await using var command = owner.For(tenant, $"DELETE FROM {table} WHERE tenant_id = $1");
        return await command.With(tenant).Change(token);
    }

    private async Task Note(string tenant, string action, string subject, CancellationToken token)
    {
        await using var command = owner.For(
            tenant, "INSERT INTO audit (tenant_id, actor, action, subject) VALUES ($1, 'owner:' || session_user, $2, $3)");
        await command.With(tenant).With(action).With(subject).Change(token);
    }
}
