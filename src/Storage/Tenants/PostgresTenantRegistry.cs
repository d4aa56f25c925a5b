using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage.Tenants;

/// <summary>Tenants and keys in PostgreSQL, over a connection of the schema's owner.</summary>
public sealed class PostgresTenantRegistry(NpgsqlDataSource owner) : ITenantRegistry
{
    private readonly PostgresAudit audit = new(owner);

    public async Task Create(string tenant, CancellationToken token)
    {
        TenantRules.CheckName(tenant);
        await audit.RecordOwner(tenant, "tenant.create", tenant, token);
        await using var command = owner.For(tenant, "INSERT INTO tenant (id, webhook_secret) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        if (await command.With(tenant).With(TenantRules.NewWebhookSecret()).Change(token) == 0)
            throw TenantRules.Exists(tenant);
    }

    public async Task<IReadOnlyList<TenantSummary>> List(CancellationToken token)
    {
        await using var names = owner.WithoutTenant("SELECT id FROM tenant");
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

    public async Task<(int Jobs, int Documents)> Delete(string tenant, CancellationToken token)
    {
        await Expect(tenant, token);
        await audit.RecordOwner(tenant, "tenant.delete", tenant, token);
        await using (var revoke = owner.For(tenant, "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE tenant_id = $1"))
            await revoke.With(tenant).Change(token);
        await Task.Delay(TenantRules.UntilRevoked, token);
        var jobs = await Erase("chat_job", tenant, token);
        var documents = await Erase("document", tenant, token);  // with its passages and their terms
        await Erase("replay", tenant, token);
        await using var command = owner.For(tenant, "DELETE FROM tenant WHERE id = $1");
        await command.With(tenant).Change(token);
        return (jobs, documents);
    }

    public async Task<string> WebhookSecret(string tenant, bool rotate, CancellationToken token)
    {
        await Expect(tenant, token);
        await audit.RecordOwner(tenant, rotate ? "webhook-secret.rotate" : "webhook-secret.read", tenant, token);
        await using var command = owner.For(tenant,
            "UPDATE tenant SET webhook_secret = coalesce($2, webhook_secret) WHERE id = $1 RETURNING webhook_secret");
        var secrets = await command.With(tenant).With(rotate ? TenantRules.NewWebhookSecret() : null, NpgsqlDbType.Bytea)
            .All(row => row.GetFieldValue<byte[]>(0), token);
        return TenantRules.Written(secrets[0]);
    }

    public async Task<ApiKey> CreateKey(string tenant, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken token)
    {
        TenantRules.CheckScopes(scopes);
        await Expect(tenant, token);
        var key = ApiKey.Create();
        await audit.RecordOwner(tenant, "key.create", key.Id, token);
        await using var command = owner.For(
            tenant,
            """
            INSERT INTO api_key (id, tenant_id, secret_sha256, scopes, expires_at)
            SELECT $1, $2, $3, $4, now() + $5::interval
            WHERE  (SELECT count(*) FROM api_key WHERE tenant_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())) < $6
            """);
        return await command.With(key.Id).With(tenant).With(key.Hash()).With(scopes.Distinct().ToArray()).With(lifetime, NpgsqlDbType.Interval)
            .With(TenantRules.LiveKeysPerTenant).Change(token) == 1
            ? key
            : throw TenantRules.TooManyKeys(tenant);
    }

    public async Task<IReadOnlyList<KeySummary>> Keys(string? tenant, CancellationToken token)
    {
        await using var command = owner.WithoutTenant(
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

    public async Task RevokeKey(string id, CancellationToken token)
    {
        await using var find = owner.WithoutTenant("SELECT tenant_id FROM api_key WHERE id = $1");
        if (await find.With(id).One(row => row.GetString(0), token) is not { } tenant)
            throw TenantRules.NoKey(id);
        await audit.RecordOwner(tenant, "key.revoke", id, token);
        await using var command = owner.For(tenant, "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1");
        await command.With(id).Change(token);
    }

    public async Task<IReadOnlyList<AuditEntry>> Audit(string? tenant, int limit, CancellationToken token)
    {
        // By time, because an import adds rows that are older than existing ones.
        await using var command = owner.WithoutTenant(
            """
            SELECT at, tenant_id, actor, action, subject FROM audit WHERE $1::text IS NULL OR tenant_id = $1 ORDER BY at DESC, id DESC LIMIT $2
            """);
        return await command.With(tenant, NpgsqlDbType.Text).With(limit).All(
            row => new AuditEntry(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)),
            token);
    }

    private async Task Expect(string tenant, CancellationToken token)
    {
        await using var find = owner.WithoutTenant("SELECT id FROM tenant WHERE id = $1");
        if (await find.With(tenant).One(row => row.GetString(0), token) is null)
            throw TenantRules.NoTenant(tenant);
    }

    private async Task<int> Erase(string table, string tenant, CancellationToken token)
    {
        await using var command = owner.For(tenant, $"DELETE FROM {table} WHERE tenant_id = $1");
        return await command.With(tenant).Change(token);
    }
}
