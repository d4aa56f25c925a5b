using Microsoft.Data.Sqlite;
using Npgsql;

namespace Navigator.Faults.Tests;

/// <summary>A job as it stands in the ledger when all is over.</summary>
/// <param name="Tag">Its version, as an ETag.</param>
internal sealed record LedgerRow(
    Guid Id, string Status, string? Key, DateTimeOffset Deadline, DateTimeOffset? Finished, int Attempt, string Tag, bool Replayed)
{
    private const string Select =
        """
        SELECT id, status, idempotency_key, deadline_at, finished_at, attempt, version, replay_id IS NOT NULL
        FROM   chat_job WHERE tenant_id = 'default'
        """;

    /// <summary>Of the callers' tenant.</summary>
    /// <param name="database">As its owner reaches it.</param>
    public static async Task<IReadOnlyList<LedgerRow>> ReadPostgres(string database)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Select, connection);
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<LedgerRow>();
        while (await row.ReadAsync())
            rows.Add(new LedgerRow(
                row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4), row.GetInt32(5), $"\"{row.GetInt32(6)}\"", row.GetBoolean(7)));
        return rows;
    }

    /// <inheritdoc cref="ReadPostgres"/>
    /// <param name="file">Of an embedded Navigator, which may be running.</param>
    public static IReadOnlyList<LedgerRow> ReadSqlite(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Select;
        using var row = command.ExecuteReader();
        var rows = new List<LedgerRow>();
        while (row.Read())
            rows.Add(new LedgerRow(
                Guid.Parse(row.GetString(0)), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), Time(row.GetInt64(3)),
                row.IsDBNull(4) ? null : Time(row.GetInt64(4)), row.GetInt32(5), $"\"{row.GetInt32(6)}\"", row.GetInt64(7) != 0));
        return rows;
    }

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
