using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage;

/// <summary>Positional parameters and the three ways a statement is run here.</summary>
internal static class Commands
{
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
    public static async Task<T?> One<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken token) where T : class
    {
        await using var row = await command.ExecuteReaderAsync(token);
        return await row.ReadAsync(token) ? read(row) : null;
    }

    public static async Task<List<T>> All<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken token)
    {
        var rows = new List<T>();
        await using var row = await command.ExecuteReaderAsync(token);
        while (await row.ReadAsync(token))
            rows.Add(read(row));
        return rows;
    }
}
