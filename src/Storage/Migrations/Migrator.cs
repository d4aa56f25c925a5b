using Npgsql;

namespace Navigator.Storage.Migrations;

/// <summary>
/// Applies the numbered SQL files of this folder, each once, in order, each in a transaction of its own. Any number of
/// processes may start at once: an advisory lock lets one at a time look.
/// </summary>
public static class Migrator
{
    /// <summary>A random number, chosen once. Every migrator of this schema takes this lock.</summary>
    private const long AdvisoryLock = 0x4E61_7669_6761_746F;

    private const string SelectApplied = "SELECT name FROM schema_migration";

    /// <returns>The names of the migrations that were applied now.</returns>
    /// <exception cref="InvalidOperationException">The database is ahead of this program.</exception>
    public static async Task<IReadOnlyList<string>> Migrate(NpgsqlDataSource database, CancellationToken token)
    {
        await using var connection = await database.OpenConnectionAsync(token);
        // Waiting for another migrator and building an index may take longer than a statement of the running system may.
        await Execute(connection, "SET statement_timeout = 0", token);
        await Execute(connection, $"SELECT pg_advisory_lock({AdvisoryLock})", token);
        try
        {
            await Execute(
                connection,
                "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
                token);
            await using var known = connection.InSameScope(SelectApplied);
            var applied = (await known.All(row => row.GetString(0), token)).ToHashSet(StringComparer.Ordinal);
            var shipped = Shipped("postgres/");
            Refuse(applied.Except(shipped.Keys));

            var now = new List<string>();
            foreach (var (name, sql) in shipped.Where(migration => !applied.Contains(migration.Key)))
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await Execute(connection, sql, token);
                await using var record = connection.InSameScope("INSERT INTO schema_migration (name) VALUES ($1)");
                await record.With(name).Change(token);
                await transaction.CommitAsync(token);
                now.Add(name);
            }
            return now;
        }
        finally
        {
            await Execute(connection, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
    }

    /// <summary>What of this version's schema is missing, for a process that may not make it.</summary>
    /// <exception cref="InvalidOperationException">The database is ahead of this program.</exception>
    public static async Task<IReadOnlyList<string>> Missing(NpgsqlDataSource database, CancellationToken token)
    {
        var shipped = Shipped("postgres/").Keys;
        try
        {
            await using var known = database.WithoutTenant(SelectApplied);
            var applied = await known.All(row => row.GetString(0), token);
            Refuse(applied.Except(shipped));
            return [.. shipped.Except(applied)];
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            return [.. shipped];
        }
    }

    private static void Refuse(IEnumerable<string> unknown)
    {
        if (unknown.FirstOrDefault() is { } name)
            throw new InvalidOperationException(
                $"The database has migration {name}, which this version does not know: it is newer than this program.");
    }

    /// <summary>The numbered files of one database's folder, in order.</summary>
    internal static SortedDictionary<string, string> Shipped(string folder)
    {
        var assembly = typeof(Migrator).Assembly;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            files.Add(Path.GetFileNameWithoutExtension(name), reader.ReadToEnd());
        }
        return files;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken token)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        // No limit: rewriting a large table, or indexing its vectors, takes as long as it takes, and waiting for another migrator too.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(token);
    }
}
