using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage;

/// <summary>
/// Positional parameters and the four ways a statement is run here. Each of them lets go of a server that hangs a moment
/// before the command's own limit: at that limit Npgsql tries to cancel over a new connection, and a hanging server keeps it
/// waiting for two seconds more. What is let go of ends in the background and frees its connection.
/// </summary>
internal static class Commands
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);

    public static NpgsqlCommand With(this NpgsqlCommand command, object? value)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>For values whose type cannot be told from the value: JSON, and anything that may be null.</summary>
    public static NpgsqlCommand With(this NpgsqlCommand command, object? value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return command;
    }

    /// <summary>The one row a fenced statement returned; null when the fence held it off.</summary>
    public static Task<T?> One<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken token) where T : class =>
        command.InTime(
            async () =>
            {
                await using var row = await command.ExecuteReaderAsync(token);
                return await row.ReadAsync(token) ? read(row) : null;
            },
            token);

    public static Task<List<T>> All<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken token) =>
        command.InTime(
            async () =>
            {
                var rows = new List<T>();
                await using var row = await command.ExecuteReaderAsync(token);
                while (await row.ReadAsync(token))
                    rows.Add(read(row));
                return rows;
            },
            token);

    /// <summary>How many rows the statement changed.</summary>
    public static Task<int> Change(this NpgsqlCommand command, CancellationToken token) => command.InTime(() => command.ExecuteNonQueryAsync(token), token);

    /// <summary>The one number it returned.</summary>
    public static Task<int> Number(this NpgsqlCommand command, CancellationToken token) =>
        command.InTime(async () => (int)(await command.ExecuteScalarAsync(token))!, token);

    /// <summary>A connection for more than one statement.</summary>
    public static async Task<NpgsqlConnection> Open(this NpgsqlDataSource database, CancellationToken token)
    {
        try
        {
            return await database.OpenConnectionAsync(token);
        }
        catch (NpgsqlException error) when (PoolExhaustedException.Is(error))
        {
            throw new PoolExhaustedException(error);
        }
    }

    private static async Task<T> InTime<T>(this NpgsqlCommand command, Func<Task<T>> run, CancellationToken token)
    {
        try
        {
            return await run().WaitAsync(TimeSpan.FromSeconds(command.CommandTimeout) - Moment, token);
        }
        catch (NpgsqlException error) when (PoolExhaustedException.Is(error))
        {
            throw new PoolExhaustedException(error);
        }
        catch (TimeoutException error)
        {
            // As Npgsql says it of its own limit: transient.
            throw new NpgsqlException("The database did not answer in time.", error);
        }
    }
}
