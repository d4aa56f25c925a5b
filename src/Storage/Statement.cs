using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage;

/// <summary>
/// One SQL statement and, before it in the same transaction and round trip, whose rows it may see: PostgreSQL holds it to that
/// (row-level security), and where nobody is named there are no rows. Positional parameters, and the four ways a statement is run
/// here. Each of them lets go of a server that hangs a moment before the statement's own limit: at that limit Npgsql tries to cancel
/// over a new connection, and a hanging server keeps it waiting for two seconds more. What is let go of ends in the background and
/// frees its connection.
/// </summary>
internal sealed class Statement : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(150);

    private readonly NpgsqlBatch batch;
    private readonly NpgsqlBatchCommand command;
    private readonly bool scoped;

    /// <param name="scope">Says whose rows; null where the statement touches no tenant's, or its transaction has said so before.</param>
    public Statement(NpgsqlBatch batch, NpgsqlBatchCommand? scope, string sql)
    {
        (this.batch, command, scoped) = (batch, new NpgsqlBatchCommand(sql), scope is not null);
        if (scope is not null)
            batch.BatchCommands.Add(scope);
        batch.BatchCommands.Add(command);
    }

    public Statement With(object? value) => Add(new NpgsqlParameter { Value = value ?? DBNull.Value });

    /// <summary>For values whose type cannot be told from the value: JSON, and anything that may be null.</summary>
    public Statement With(object? value, NpgsqlDbType type) => Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    /// <summary>Wait so long for it, instead of as long as the pool's statements may take.</summary>
    public Statement Within(TimeSpan limit)
    {
        batch.Timeout = (int)Math.Ceiling(limit.TotalSeconds) + 1;
        return this;
    }

    /// <summary>The one row a fenced statement returned; null when the fence held it off.</summary>
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

    /// <summary>How many rows the statement changed.</summary>
    public Task<int> Change(CancellationToken token) => InTime(() => batch.ExecuteNonQueryAsync(token), token);

    /// <summary>The one number it returned.</summary>
    public async Task<int> Number(CancellationToken token) => (await All(row => row.GetInt32(0), token))[0];

    public ValueTask DisposeAsync() => batch.DisposeAsync();

    private Statement Add(NpgsqlParameter parameter)
    {
        command.Parameters.Add(parameter);
        return this;
    }

    /// <summary>The statement's own rows, behind the one that says whose they are.</summary>
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
            // It was the statement that failed, and only now: who holds the rows holds the connection.
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
            // As Npgsql says it of its own limit: transient.
            throw new NpgsqlException("The database did not answer in time.", error);
        }
    }
}
