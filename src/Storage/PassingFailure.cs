using Microsoft.Data.Sqlite;
using Npgsql;
using static SQLitePCL.raw;

namespace Navigator.Storage;

/// <summary>Failures of a database that are over by themselves.</summary>
public static class PassingFailure
{
    /// <summary>
    /// True if the same work may succeed a little later. In PostgreSQL: what Npgsql calls transient, a lock timeout, a shutdown. In SQLite: a
    /// locked file, a full disk or a disk error. Also a search for passages that took too long.
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
