using Npgsql;

namespace Navigator.Storage;

/// <summary>All of this process's connections to PostgreSQL were busy for as long as anybody waits for one.</summary>
public sealed class PoolExhaustedException(NpgsqlException inner)
    : NpgsqlException("The connection pool of PostgreSQL is exhausted (postgres.max_connections in concurrency.yaml).", inner)
{
    /// <summary>Transient, because a connection may be free in a moment.</summary>
    public override bool IsTransient => true;

    /// <summary>
    /// True where Npgsql says this. Npgsql 10.0.3 (PoolingDataSource.cs) throws an NpgsqlException around a TimeoutException for it, as for a
    /// server that does not answer, without a code: only the words differ. PoolTests holds them.
    /// </summary>
    internal static bool Is(NpgsqlException error) =>
        error.InnerException is TimeoutException && error.Message.Contains("pool has been exhausted", StringComparison.Ordinal);
}
