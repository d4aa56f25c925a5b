using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Servers;
using Navigator.Storage.Hosting;
using Navigator.Storage.Ledger;
using Npgsql;

namespace Navigator.Storage.Tests;

/// <summary>A database of a test's own, cloned from one that was migrated once per run.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    public static readonly PostgresPool Pool = new(0, 10, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), 5_000, GroupSize: 64);

    private TestDatabase(NavigatorDatabase access)
    {
        Access = access;
        (Source, Owner, Api) = (Open(access.Worker), Open(access.Owner), Open(access.Api));
    }

    public NavigatorDatabase Access { get; }

    /// <summary>As a worker: what the stores are tested through, row-level security and all.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>As who owns the tables, and sees everything.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>As an API.</summary>
    public NpgsqlDataSource Api { get; }

    public static async Task<TestDatabase> Create() => new(await (await ServerSet.Get()).CreateNavigator());

    public static NpgsqlDataSource Open(string connectionString) =>
        StorageSetup.DataSource(connectionString, Pool);

    public static PostgresJobLedger Ledger(NpgsqlDataSource source) => new(source, Pool, NullLogger<PostgresJobLedger>.Instance);

    public async Task<int> Execute(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Count(string sql)
    {
        await using var command = Owner.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Time passes: every time that stands in the database lies so much further back. Nobody waits, however busy the machine.</summary>
    public Task Pass(TimeSpan time) => Execute(
        $"""
        DO $$
        DECLARE change text;
        BEGIN
            FOR change IN
                SELECT format('UPDATE %I SET %s', table_name, string_agg(format('%1$I = %1$I - interval %2$L', column_name, '{time.TotalMilliseconds} ms'), ', '))
                FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type = 'timestamp with time zone'
                GROUP BY table_name
            LOOP
                EXECUTE change;
            END LOOP;
        END $$
        """);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in new[] { Source, Owner, Api })
            await source.DisposeAsync();
        await (await ServerSet.Get()).Drop(Access);
    }
}
