using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage;

/// <summary>
/// One SQL statement and, before it in the same transaction and round trip, its tenant scope. Row-level security enforces the scope; without
/// one the statement sees no tenant's rows. The class has positional parameters and the four ways in which statements are run here.
/// Each of them stops waiting for a hanging server shortly before the statement's own limit. At that limit Npgsql would try to cancel over a
/// new connection, and a hanging server would keep the caller waiting for two more seconds. The abandoned statement ends in the background
/// and frees its connection.
/// </summary>
internal sealed class Statement : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);

    private readonly NpgsqlBatch batch;
    private readonly NpgsqlBatchCommand command;
    private readonly bool scoped;

    /// <param name="scope">The tenant scope; null if the statement touches no tenant's rows, or if its transaction has a scope already.</param>
    public Statement(NpgsqlBatch batch, NpgsqlBatchCommand? scope, string sql)
    {
        (this.batch, command, scoped) = (batch, new NpgsqlBatchCommand(sql), scope is not null);
        if (scope is not null)
            batch.BatchCommands.Add(scope);
        batch.BatchCommands.Add(command);
    }

    public Statement With(object? value) => Add(new NpgsqlParameter { Value = value ?? DBNull.Value });

    /// <summary>Adds a value whose type cannot be inferred: JSON, and anything that may be null.</summary>
    public Statement With(object? value, NpgsqlDbType type) => Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    /// <summary>Sets the longest wait for this statement instead of the pool's limit.</summary>
    public Statement Within(TimeSpan limit)
    {
        batch.Timeout = (int)Math.Ceiling(limit.TotalSeconds) + 1;
        return this;
    }

    /// <summary>Returns the one row of a fenced statement; null if the fence rejected it.</summary>
    public Task<T?> One<T>(Func<NpgsqlDataReader, T> read, CancellationToken token) where T : class => InTime(
        async () =>
        {
            await using var row = await Rows(token);
            return await row.ReadAsync(token) ? read(row) : null;
        },
        token);

    public Task<List<T>> All<T>(Func<NpgsqlDataReader, T> read, CancellationToken token) => InTime(
        async () =>
        {
            var rows = new List<T>();
            await using var row = await Rows(token);
            while (await row.ReadAsync(token))
                rows.Add(read(row));
            return rows;
        },
        token);

    /// <summary>Returns how many rows the statement changed.</summary>
    public Task<int> Change(CancellationToken token) => InTime(() => batch.ExecuteNonQueryAsync(token), token);

    /// <summary>Returns the one number of the statement.</summary>
    public async Task<int> Number(CancellationToken token) => (await All(row => row.GetInt32(0), token))[0];

    public ValueTask DisposeAsync() => batch.DisposeAsync();

    private Statement Add(NpgsqlParameter parameter)
    {
        command.Parameters.Add(parameter);
        return this;
    }

    /// <summary>Returns a reader on the statement's own rows, which follow the result of the scope.</summary>
    private async Task<NpgsqlDataReader> Rows(CancellationToken token)
    {
        var rows = await batch.ExecuteReaderAsync(token);
        try
        {
            if (scoped)
                await rows.NextResultAsync(token);
            return rows;
        }
        catch
        {
            // The statement failed only here. The reader holds the connection, so it is disposed.
            await rows.DisposeAsync();
            throw;
        }
    }

    private async Task<T> InTime<T>(Func<Task<T>> run, CancellationToken token)
    {
        try
        {
            return await run().WaitAsync(TimeSpan.FromSeconds(batch.Timeout) - Moment, token);
        }
        catch (NpgsqlException error) when (PoolExhaustedException.Is(error))
        {
            throw new PoolExhaustedException(error);
        }
        catch (TimeoutException error)
        {
            // The same exception as for Npgsql's own limit: transient.
            throw new NpgsqlException("The database did not answer in time.", error);
        }
    }
}
