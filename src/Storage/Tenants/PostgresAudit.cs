using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage.Tenants;

/// <summary>Audit rows in PostgreSQL. The running system may add rows, but neither read nor change them.</summary>
internal sealed class PostgresAudit(NpgsqlDataSource database) : IAudit
{
    public Task Record(string tenant, string actor, string action, string subject, CancellationToken token) =>
        Insert(sql => database.For(tenant, sql), tenant, actor, action, subject, token);

    /// <summary>Records an action of the schema's owner, who is logged in as a role of the database.</summary>
    public Task RecordOwner(string tenant, string action, string subject, CancellationToken token) =>
        Insert(sql => database.For(tenant, sql), tenant, null, action, subject, token);

    /// <summary>Records an action of the owner in a transaction whose tenant scope is already set.</summary>
    public static Task RecordOwner(NpgsqlConnection connection, string tenant, string action, string subject, CancellationToken token) =>
        Insert(connection.InSameScope, tenant, null, action, subject, token);

    /// <param name="actor">Null: the owner.</param>
    private static async Task Insert(
        Func<string, Statement> statement, string tenant, string? actor, string action, string subject, CancellationToken token)
    {
        await using var command = statement(
            "INSERT INTO audit (tenant_id, actor, action, subject) VALUES ($1, coalesce($2, 'owner:' || session_user), $3, $4)");
        await command.With(tenant).With(actor, NpgsqlDbType.Text).With(action).With(subject).Change(token);
    }
}
