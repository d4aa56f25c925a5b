using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>A test's own embedded database.</summary>
internal static class TestSqlite
{
    public static readonly SqliteLimits Limits = new(64, 2, TimeSpan.FromSeconds(20), 64 << 20);

    public static SqliteDatabase InMemory(TimeProvider? clock = null) => SqliteDatabase.InMemory(clock ?? TimeProvider.System, Limits);

    public static SqliteJobLedger Ledger(SqliteDatabase database) => new(database, NullLogger<SqliteJobLedger>.Instance);
}
