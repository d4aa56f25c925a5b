using System.Globalization;
using System.Net;
using Navigator.Storage;
using Navigator.Storage.Hosting;
using Navigator.Storage.Migrations;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Cli.Checks;

/// <summary>PostgreSQL, as the role of the processes sees it. Only catalogs and the processes' own reports are read.</summary>
/// <param name="connectionString">ConnectionStrings__Postgres.</param>
internal sealed class DatabaseCheck(string connectionString)
{
    private const string Name = "database";
    private const int OldestVersion = 160_000;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    private static readonly PostgresPool Pool = new(0, 1, Examination.Patience, Examination.Patience, 0, GroupSize: 1);

    public async Task<IReadOnlyList<Finding>> Run(CancellationToken token)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var where = $"{settings.Host}:{settings.Port}";
        await using var database = StorageSetup.DataSource(connectionString, Pool);
        try
        {
            await using var connection = await database.OpenConnectionAsync(token);
        }
        catch (PostgresException error)
        {
            return [Refused(error, where, settings)];
        }
        catch (NpgsqlException error)
        {
            return [Finding.Fail(Name, $"{where} does not answer: {Examination.Reason(error)}",
                "Start PostgreSQL, or correct host and port of ConnectionStrings__Postgres.")];
        }
        List<Finding> findings = [Finding.Ok(Name, $"{where}/{settings.Database} answers and accepts {settings.Username}")];
        foreach (var part in new (string Check, Func<string, NpgsqlDataSource, CancellationToken, Task<Finding>> Run)[]
        {
            ("version", VersionOf), ("extensions", Extensions), ("migrations", Migrations), ("role", Role), ("isolation", Isolation),
            ("connections", Connections), ("locks", Locks), ("latency", Latency), ("disk", Disk), ("clock", Clock),
        })
            findings.Add(await OneOf($"{Name}.{part.Check}", check => part.Run(check, database, token)));
        findings.AddRange(await ProcessesCheck.Run(database, token));
        return findings;
    }

    private static async Task<Finding> OneOf(string check, Func<string, Task<Finding>> run)
    {
        try
        {
            return await run(check);
        }
        catch (NpgsqlException error)
        {
            return Finding.Fail(check, $"cannot be checked: {Examination.Reason(error)}", "Mend what the other lines about the database name.");
        }
    }

    private static Finding Refused(PostgresException error, string where, NpgsqlConnectionStringBuilder settings) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Finding.Fail(
            Name, $"{where} refuses the password of {settings.Username}, or the role may not log in",
            "Correct ConnectionStrings__Postgres, or set the password again: navigator migrate with NAVIGATOR_API_PASSWORD and "
                + "NAVIGATOR_WORKER_PASSWORD"),
        PostgresErrorCodes.InvalidCatalogName => Finding.Fail(
            Name, $"{where} has no database '{settings.Database}'", "Create it, then: navigator migrate"),
        _ => Finding.Fail(Name, $"{where} refuses: {error.MessageText}", "Mend it on the server, or correct ConnectionStrings__Postgres."),
    };

    private static async Task<Finding> VersionOf(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var (number, text) = (await Rows(database,
            "SELECT current_setting('server_version_num')::int, current_setting('server_version')",
            row => (row.GetInt32(0), row.GetString(1)), token))[0];
        return number >= OldestVersion
            ? Finding.Ok(check, $"PostgreSQL {text}")
            : Finding.Fail(check, $"PostgreSQL {text}", "Update it to 17; 16 is the oldest that Navigator runs on.");
    }

    private static async Task<Finding> Extensions(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var version = (await Rows(database, "SELECT extversion FROM pg_extension WHERE extname = 'vector'", row => row.GetString(0), token))
            .FirstOrDefault();
        return version is null
            ? Finding.Fail(check, "pgvector is missing", "Install it on the server, then: navigator migrate")
            : ExtensionFaults.Judge(check, "vector", version);
    }

    private static async Task<Finding> Migrations(string check, NpgsqlDataSource database, CancellationToken token)
    {
        try
        {
            return await Migrator.Missing(database, token) is [.., var newest] missing
                ? Finding.Fail(check, string.Create(CultureInfo.InvariantCulture, $"{missing.Count} are missing, up to {newest}"),
                    $"navigator migrate, with ConnectionStrings__PostgresOwner")
                : Finding.Ok(check, "up to date");
        }
        catch (InvalidOperationException error)
        {
            return Finding.Fail(check, error.Message, "Run the version of Navigator that migrated the database, or a newer one.");
        }
    }

    private static async Task<Finding> Role(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var (name, isAbove, owned, isMember) = (await Rows(database,
            $"""
            SELECT current_user::text, role.rolsuper OR role.rolbypassrls,
                   (SELECT count(*) FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER') AND relnamespace = 'public'::regnamespace),
                   EXISTS (SELECT FROM pg_roles AS runtime WHERE runtime.rolname IN ('{RuntimeRole.Api}', '{RuntimeRole.Worker}')
                           AND pg_has_role(current_user, runtime.oid, 'MEMBER'))
            FROM   pg_roles AS role WHERE role.rolname = current_user
            """,
            row => (row.GetString(0), row.GetBoolean(1), row.GetInt64(2), row.GetBoolean(3)), token))[0];
        const string mend = $"Log in as {RuntimeRole.Api} or {RuntimeRole.Worker}: docs/security.md. The owner is for navigator migrate alone.";
        return isAbove
            ? Finding.Fail(check, $"{name} is a superuser or bypasses row-level security", mend)
            : owned > 0 ? Finding.Fail(check, $"{name} owns tables", mend)
            : !isMember ? Finding.Fail(check, $"{name} is no member of {RuntimeRole.Api} or {RuntimeRole.Worker}", mend)
            : Finding.Ok(check, $"{name} owns nothing and is held to row-level security");
    }

    /// <summary>Every table with a tenant, and the tables of tenants themselves: enabled, forced, and with a policy.</summary>
    private static async Task<Finding> Isolation(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var tables = await Rows(database,
            """
            SELECT relname::text, relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)
            FROM   pg_class
            WHERE  relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND    (relname = 'tenant'
                    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped))
            ORDER  BY relname
            """,
            row => (Table: row.GetString(0), IsForced: row.GetBoolean(1)), token);
        var open = tables.Where(table => !table.IsForced).Select(table => table.Table).ToList();
        return tables.Count == 0
            ? Finding.Fail(check, "there are no tables of tenants", "navigator migrate")
            : open.Count > 0 ? Finding.Fail(check, $"row-level security is not forced on {string.Join(", ", open)}",
                $"As the owner: ALTER TABLE {open[0]} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY. Find out who switched it off.")
            : Finding.Ok(check, string.Create(CultureInfo.InvariantCulture, $"row-level security is forced on {tables.Count} tables of tenants"));
    }

    private static async Task<Finding> Connections(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var (used, most) = (await Rows(database,
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), current_setting('max_connections')::bigint",
            row => (row.GetInt64(0), row.GetInt64(1)), token))[0];
        var found = string.Create(CultureInfo.InvariantCulture, $"{used} of {most} connections are open");
        return used * 10 >= most * 8
            ? Finding.Warn(check, found, "Raise max_connections, lower postgres.max_connections in concurrency.yaml, or put a pooler in between.")
            : Finding.Ok(check, found);
    }

    /// <summary>Navigator holds no lock for long. Who does is shown to a superuser alone.</summary>
    private static async Task<Finding> Locks(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var (waiting, relations) = (await Rows(database,
            """
            SELECT count(*), coalesce(string_agg(DISTINCT relation::regclass::text, ', '), '')
            FROM   pg_locks
            WHERE  NOT granted AND waitstart < now() - interval '1 second'
            AND    (database IS NULL OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """,
            row => (row.GetInt64(0), row.GetString(1)), token))[0];
        return waiting == 0
            ? Finding.Ok(check, "no statement waits for a lock")
            : Finding.Warn(check,
                string.Create(CultureInfo.InvariantCulture, $"{waiting} statements have waited for a lock for a second: {relations}"),
                "As a superuser: SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity. End the session that holds it.");
    }

    /// <summary>The fastest of some, because a busy machine delays single ones.</summary>
    private static async Task<Finding> Latency(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await Rows(database, "SELECT 1", row => row.GetInt32(0), token);
            var took = TimeProvider.System.GetElapsedTime(began);
            best = took < best ? took : best;
        }
        var found = string.Create(CultureInfo.InvariantCulture, $"the shortest statement takes {best.TotalMilliseconds:0.0} ms");
        return best < Slow
            ? Finding.Ok(check, found)
            : Finding.Warn(check, found, "A question takes some ten statements. Run Navigator near PostgreSQL, and look for a slow network.");
    }

    /// <summary>Only for a server on this machine whose data directory this role may know: SQL does not tell the free space.</summary>
    private static async Task<Finding> Disk(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var (directory, address, bytes) = (await Rows(database,
            """
            SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'MEMBER') THEN current_setting('data_directory') END,
                   host(inet_server_addr()), pg_size_pretty(pg_database_size(current_database()))
            """,
            row => (row.IsDBNull(0) ? null : row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2)), token))[0];
        var isHere = address is null || IPAddress.TryParse(address, out var server) && IPAddress.IsLoopback(server);
        return directory is not null && isHere && Directory.Exists(directory)
            ? DiskCheck.Of(check, directory)
            : Finding.Ok(check, $"the database has {bytes}; the server's free space cannot be known from here");
    }

    private static async Task<Finding> Clock(string check, NpgsqlDataSource database, CancellationToken token)
    {
        var before = TimeProvider.System.GetUtcNow();
        var there = (await Rows(database, "SELECT clock_timestamp()", row => row.GetFieldValue<DateTimeOffset>(0), token))[0];
        var here = before + (TimeProvider.System.GetUtcNow() - before) / 2;
        return ClockCheck.Compare(check, there - here, "this machine and the database");
    }

    internal static async Task<List<T>> Rows<T>(NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken token)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(token);
        var rows = new List<T>();
        while (await reader.ReadAsync(token))
            rows.Add(read(reader));
        return rows;
    }
}
