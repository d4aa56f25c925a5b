using System.Globalization;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Navigator.Storage.Sqlite;

/// <summary>One connection, used by one caller at a time, with its prepared statements and the start time of its transaction.</summary>
internal sealed class SqliteSession(SqliteConnection connection, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    /// <summary>Start time of the transaction, in whole microseconds. All its statements see the same time.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>Begins a transaction.</summary>
    /// <param name="sql">BEGIN, or BEGIN IMMEDIATE for a transaction that writes.</param>
    public void Begin(string sql)
    {
        Change(sql);
        Now = Microseconds.ToTime(Microseconds.Of(clock.GetUtcNow()));
    }

    /// <summary>Returns all rows of a statement. <paramref name="read"/> must not run other statements.</summary>
    /// <param name="values">$1, $2 and so on: numbers, text, bytes, ids, times, enumerations in snake_case, or null.</param>
    public List<T> All<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using var row = Prepare(sql, values).ExecuteReader();
        while (row.Read())
            rows.Add(read(row));
        return rows;
    }

    /// <summary>
    /// Passes the rows of a statement on one by one, so that only one is in memory. <paramref name="take"/> may run other statements, but not
    /// this one.
    /// </summary>
    public void Each(string sql, Action<SqliteDataReader> take, params ReadOnlySpan<object?> values)
    {
        using var row = Prepare(sql, values).ExecuteReader();
        while (row.Read())
            take(row);
    }

    /// <summary>Returns the first row; null if there is none.</summary>
    public T? One<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values) where T : class
    {
        using var row = Prepare(sql, values).ExecuteReader();
        return row.Read() ? read(row) : null;
    }

    /// <summary>Returns the one number of a statement.</summary>
    public long Number(string sql, params ReadOnlySpan<object?> values) =>
        Convert.ToInt64(Prepare(sql, values).ExecuteScalar(), CultureInfo.InvariantCulture);

    /// <summary>Some bytes of a value, fewer at its end: no more than these are read into memory, as a statement would have to.</summary>
    /// <param name="number">The row's own number.</param>
    public byte[] Part(string table, string column, long number, long first, int count)
    {
        using var value = new SqliteBlob(connection, table, column, number, readOnly: true);
        var part = new byte[Math.Clamp(value.Length - first, 0, count)];
        value.Seek(Math.Min(first, value.Length), SeekOrigin.Begin);
        value.ReadExactly(part);
        return part;
    }

    /// <summary>How many rows the statement changed.</summary>
    public int Change(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>Runs several statements without values, once.</summary>
    public void Script(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Reads the whole file and checks its structure.</summary>
    /// <param name="isEnough">Asked every fifty steps. A step is a page or an instruction. After true the check ends unfinished.</param>
    /// <returns>False if the file is damaged; null if the check did not finish.</returns>
    public bool? IsSound(Func<bool> isEnough)
    {
        // The handler runs on this thread, so no interruption can hit a later statement.
        sqlite3_progress_handler(connection.Handle, 50, _ => isEnough() ? 1 : 0, null);
        try
        {
            return All("PRAGMA quick_check(1)", row => row.GetString(0)) is ["ok"];
        }
        catch (SqliteException error) when (error.SqliteErrorCode == SQLITE_INTERRUPT)
        {
            return null;
        }
        catch (SqliteException error) when (error.SqliteErrorCode == SQLITE_CORRUPT)
        {
            return false;
        }
        finally
        {
            sqlite3_progress_handler(connection.Handle, 0, null, null);
        }
    }

    public void Dispose()
    {
        foreach (var command in commands.Values)
            command.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            commands.Add(sql, command);
        }
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = Stored(values[i]);
        return command;
    }

    private static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToString(),
        DateTimeOffset time => Microseconds.Of(time),
        bool flag => flag ? 1L : 0L,
        Enum => throw new ArgumentException("An enumeration is stored by its name.", nameof(value)),
        _ => value,
    };
}

/// <summary>Times are stored as microseconds since 1970, the resolution of PostgreSQL.</summary>
internal static class Microseconds
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long microseconds) =>
        new(DateTimeOffset.UnixEpoch.Ticks + microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
}

/// <summary>Reads stored values.</summary>
internal static class SqliteRow
{
    public static Guid Id(this SqliteDataReader row, int column) => Guid.Parse(row.GetString(column));

    public static DateTimeOffset Time(this SqliteDataReader row, int column) => Microseconds.ToTime(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? NumberOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static bool Flag(this SqliteDataReader row, int column) => row.GetInt64(column) != 0;

    public static byte[] Bytes(this SqliteDataReader row, int column) => (byte[])row[column];
}
