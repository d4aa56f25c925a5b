using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage.Processes;

internal sealed class PostgresProcessReports(NpgsqlDataSource database) : IProcessReports
{
    public async Task Publish(string name, string role, string report, CancellationToken token)
    {
        await using var command = database.WithoutTenant(
            """
            WITH forgotten AS (DELETE FROM process WHERE seen_at < now() - interval '10 minutes' AND name <> $1)
            INSERT INTO process (name, role, seen_at, report) VALUES ($1, $2, now(), $3)
            ON CONFLICT (name) DO UPDATE SET role = excluded.role, seen_at = excluded.seen_at, report = excluded.report
            """);
        await command.With(name).With(role).With(report, NpgsqlDbType.Jsonb).Change(token);
    }

    public async Task<IReadOnlyList<ProcessReport>> Recent(TimeSpan within, CancellationToken token)
    {
        await using var command = database.WithoutTenant("SELECT name, role, seen_at, report FROM process WHERE seen_at > now() - $1 ORDER BY name");
        return await command.With(within).All(
            row => new ProcessReport(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3)), token);
    }
}
