using Npgsql;

namespace Navigator.Storage.Tenants;

/// <summary>In rows that the running system may add and neither read nor change.</summary>
internal sealed class PostgresAudit(NpgsqlDataSource database) : IAudit
{
    public async Task Record(string tenant, string actor, string action, string subject, CancellationToken token)
    {
        await using var command = database.For(tenant, "INSERT INTO audit (tenant_id, actor, action, subject) VALUES ($1, $2, $3, $4)");
        await command.With(tenant).With(actor).With(action).With(subject).Change(token);
    }
}
