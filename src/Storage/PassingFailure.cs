using Microsoft.Data.Sqlite;
using Npgsql;
using static SQLitePCL.raw;

namespace Navigator.Storage;

/// <summary>Failures of a database that are over by themselves.</summary>
public static class PassingFailure
{
    /// <summary>
    /// Will it do, a little later? In PostgreSQL a statement that waited too long for a lock or met a shutdown, as much as what Npgsql calls
    /// transient; in SQLite a file that is locked, or a disk that is full or failed; and a search for passages that took too long.
    /// </summary>
    public static bool Is(Exception error) => error switch
    {
        NpgsqlException postgres => postgres.IsTransient
            || postgres.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        SqliteException sqlite => sqlite.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED or SQLITE_FULL or SQLITE_IOERR,
        SearchTimeoutException => true,
        _ => false,
    };
}
