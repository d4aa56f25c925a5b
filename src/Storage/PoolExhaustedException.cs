using Npgsql;

namespace Navigator.Storage;

/// <summary>All of this process's connections to PostgreSQL were busy for as long as anybody waits for one.</summary>
public sealed class PoolExhaustedException(NpgsqlException inner)
    : NpgsqlException("The connection pool of PostgreSQL is exhausted (postgres.max_connections in concurrency.yaml).", inner)
{
    /// <summary>Like a server that is away: in a moment there may be one.</summary>
    public override bool IsTransient => true;

    /// <summary>Is it this that Npgsql says? It has no type of its own for it.</summary>
    internal static bool Is(NpgsqlException error) =>
        error.InnerException is TimeoutException && error.Message.Contains("pool has been exhausted", StringComparison.Ordinal);
}
