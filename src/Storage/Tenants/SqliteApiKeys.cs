using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tenants;

/// <summary>The keys in the embedded file.</summary>
public sealed class SqliteApiKeys(SqliteDatabase database) : IApiKeys
{
    public Task<StoredKey?> Find(string id, CancellationToken token) => database.Read(
        session => session.One(
            "SELECT tenant_id, secret_sha256, scopes, expires_at, revoked_at, last_used_at FROM api_key WHERE id = $1",
            row => new StoredKey(
                id, row.GetString(0), row.Bytes(1), StoredJson.Read<string[]>(row.GetString(2)), row.TimeOrNull(3), row.TimeOrNull(4),
                row.TimeOrNull(5), session.Now),
            id),
        token);

    public Task NoteUsed(string id, CancellationToken token) =>
        database.Write(session => session.Change("UPDATE api_key SET last_used_at = $2 WHERE id = $1", id, session.Now), token);

    /// <summary>True if there is a valid key.</summary>
    public Task<bool> Any(CancellationToken token) => database.Read(
        session => session.Number(
            "SELECT EXISTS (SELECT 1 FROM api_key WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1))", session.Now) == 1,
        token);
}
