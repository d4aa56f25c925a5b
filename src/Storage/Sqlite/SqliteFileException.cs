using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Navigator.Storage.Sqlite;

/// <summary>The embedded file cannot be used. The message tells the operator why, in one line.</summary>
public sealed class SqliteFileException(string message, Exception? cause = null) : Exception(message, cause)
{
    internal static SqliteFileException Damaged(string file) => new(
        $"{file} is damaged. Nothing in it was changed. Restore the last backup (navigator backup makes them), or move the file away to "
            + "begin with an empty one.");

    /// <summary>Damage that was found while the process was serving, in a file too large to be checked whole at the start.</summary>
    internal static SqliteFileException FoundDamaged(string file) => new(
        $"{file} is damaged. Restore the last backup (navigator backup makes them), or move the file away to begin with an empty one.");

    /// <summary>Runs code that opens or reads <paramref name="file"/>, and translates its errors.</summary>
    internal static T Explain<T>(string file, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (SqliteException error)
        {
            throw error.SqliteErrorCode switch
            {
                SQLITE_NOTADB => new SqliteFileException($"{file} is not a Navigator database. Move it away, or name another directory.", error),
                SQLITE_CORRUPT => Damaged(file),
                SQLITE_READONLY or SQLITE_CANTOPEN or SQLITE_PERM => new SqliteFileException($"{file} cannot be written by this user.", error),
                SQLITE_FULL => new SqliteFileException($"The disk of {file} is full.", error),
                SQLITE_BUSY or SQLITE_LOCKED => new SqliteFileException($"{file} is locked by another program.", error),
                _ => new SqliteFileException($"{file} cannot be used: {error.Message}", error),
            };
        }
    }
}
