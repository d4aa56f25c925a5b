using Navigator.Storage.Sqlite;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Tenants;

/// <summary>Tenants and keys in the embedded file. Another process may be running on it.</summary>
public sealed class SqliteTenantRegistry(SqliteDatabase database) : ITenantRegistry
{
    /// <summary>Rows that one transaction deletes. The process that runs on the file can write between two transactions.</summary>
    private const int ErasedAtOnce = 200;

    /// <summary>The operator's name in the audit: the operating system's user, because only that user can open the file.</summary>
    private static readonly string Actor = $"owner:{Environment.UserName}";

    public Task Create(string tenant, CancellationToken token)
    {
        TenantRules.CheckName(tenant);
        return database.Write(
            session => session.Change(
                "INSERT INTO tenant (id, webhook_secret, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                tenant, TenantRules.NewWebhookSecret(), session.Now) == 1
                ? Note(session, tenant, "tenant.create", tenant)
                : throw TenantRules.Exists(tenant),
            token);
    }

    public Task<IReadOnlyList<TenantSummary>> List(CancellationToken token) => database.Read<IReadOnlyList<TenantSummary>>(
        session => session.All(
            """
            SELECT id, created_at,
                   (SELECT count(*) FROM api_key WHERE tenant_id = tenant.id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)),
                   (SELECT count(*) FROM chat_job WHERE tenant_id = tenant.id), (SELECT count(*) FROM document WHERE tenant_id = tenant.id)
            FROM   tenant ORDER BY id
            """,
            row => new TenantSummary(row.GetString(0), row.Time(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)), session.Now),
        token);

    public async Task<(int Jobs, int Documents)> Delete(string tenant, CancellationToken token)
    {
        await database.Write(
            session =>
            {
                Expect(session, tenant);
                Note(session, tenant, "tenant.delete", tenant);
                return session.Change("UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE tenant_id = $1", tenant, session.Now);
            },
            token);
        await Task.Delay(TenantRules.UntilRevoked, token);
        var jobs = await Erase("chat_job", tenant, token);
        var documents = await Erase("document", tenant, token);  // with its passages, their vectors and their words
        await Erase("replay", tenant, token);
        await database.Write(session => session.Change("DELETE FROM tenant WHERE id = $1", tenant), token);
        return (jobs, documents);
    }

    public Task<string> WebhookSecret(string tenant, bool rotate, CancellationToken token) => database.Write(
        session =>
        {
            Expect(session, tenant);
            Note(session, tenant, rotate ? "webhook-secret.rotate" : "webhook-secret.read", tenant);
            if (rotate)
                session.Change("UPDATE tenant SET webhook_secret = $2 WHERE id = $1", tenant, TenantRules.NewWebhookSecret());
            return TenantRules.Written(session.One("SELECT webhook_secret FROM tenant WHERE id = $1", row => row.Bytes(0), tenant)!);
        },
        token);

    public Task<ApiKey> CreateKey(string tenant, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken token)
    {
        TenantRules.CheckScopes(scopes);
        return database.Write(
            session =>
            {
                Expect(session, tenant);
                var live = session.Number(
                    "SELECT count(*) FROM api_key WHERE tenant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
                    tenant, session.Now);
                if (live >= TenantRules.LiveKeysPerTenant)
                    throw TenantRules.TooManyKeys(tenant);
                var key = ApiKey.Create();
                Note(session, tenant, "key.create", key.Id);
                session.Change(
                    "INSERT INTO api_key (id, tenant_id, secret_sha256, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                    key.Id, tenant, key.Hash(), Write(scopes.Distinct().ToArray()), session.Now, session.Now + lifetime);
                return key;
            },
            token);
    }

    public Task<IReadOnlyList<KeySummary>> Keys(string? tenant, CancellationToken token) => database.Read<IReadOnlyList<KeySummary>>(
        session => session.All(
            """
            SELECT id, tenant_id, scopes, CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= $2 THEN 'expired' ELSE 'live' END,
                   created_at, expires_at, last_used_at
            FROM   api_key WHERE $1 IS NULL OR tenant_id = $1 ORDER BY tenant_id, created_at, rowid
            """,
            row => new KeySummary(
                row.GetString(0), row.GetString(1), Read<string[]>(row.GetString(2)), row.GetString(3), row.Time(4), row.TimeOrNull(5),
                row.TimeOrNull(6)),
            tenant, session.Now),
        token);

    public Task RevokeKey(string id, CancellationToken token) => database.Write(
        session =>
        {
            var tenant = session.One("SELECT tenant_id FROM api_key WHERE id = $1", row => row.GetString(0), id) ?? throw TenantRules.NoKey(id);
            Note(session, tenant, "key.revoke", id);
            return session.Change("UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1", id, session.Now);
        },
        token);

    public Task<IReadOnlyList<AuditEntry>> Audit(string? tenant, int limit, CancellationToken token) =>
        database.Read<IReadOnlyList<AuditEntry>>(
            session => session.All(
                "SELECT at, tenant_id, actor, action, subject FROM audit WHERE $1 IS NULL OR tenant_id = $1 ORDER BY id DESC LIMIT $2",
                row => new AuditEntry(row.Time(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)), tenant, limit),
            token);

    private async Task<int> Erase(string table, string tenant, CancellationToken token)
    {
        var erased = 0;
        while (await database.Write(
            session => session.Change(
                $"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE tenant_id = $1 LIMIT $2)", tenant, ErasedAtOnce),
            token) is var some and > 0)
            erased += some;
        return erased;
    }

    /// <exception cref="TenantException">There is no such tenant.</exception>
    private static void Expect(SqliteSession session, string tenant)
    {
        if (session.Number("SELECT count(*) FROM tenant WHERE id = $1", tenant) == 0)
            throw TenantRules.NoTenant(tenant);
    }

    private static int Note(SqliteSession session, string tenant, string action, string subject) =>
        SqliteAudit.Record(session, tenant, Actor, action, subject);
}
