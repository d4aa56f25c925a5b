using Npgsql;

namespace Navigator.Storage.Tenants;

/// <summary>Keys in PostgreSQL. The API reads them only through two functions of the schema.</summary>
internal sealed class PostgresApiKeys(NpgsqlDataSource database) : IApiKeys
{
    public async Task<StoredKey?> Find(string id, CancellationToken token)
    {
        await using var command =
            database.WithoutTenant("SELECT tenant_id, secret_sha256, scopes, expires_at, revoked_at, last_used_at, read_at FROM find_api_key($1)");
        return await command.With(id).One(
            row => new StoredKey(
                id, row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<string[]>(2), Time(row, 3), Time(row, 4), Time(row, 5),
                row.GetFieldValue<DateTimeOffset>(6)),
            token);
    }

    public async Task NoteUsed(string id, CancellationToken token)
    {
        await using var command = database.WithoutTenant("SELECT note_api_key_used($1)");
        await command.With(id).Change(token);
    }

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
