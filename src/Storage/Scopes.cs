using Npgsql;

namespace Navigator.Storage;

/// <summary>Whose rows a statement may see: one tenant's, or those of the tenants that a function of the schema names.</summary>
internal static class Scopes
{
    /// <summary>About one tenant, whose name the caller knows from a key or from a row.</summary>
    public static Statement For(this NpgsqlDataSource database, string tenant, string sql) => new(database.CreateBatch(), Tenant(tenant), sql);

    /// <summary>About several, each known from a row.</summary>
    public static Statement For(this NpgsqlDataSource database, IEnumerable<string> tenants, string sql) =>
        database.For(string.Join(',', tenants.Distinct(StringComparer.Ordinal)), sql);

    /// <summary>About the tenants that the function names (0011_isolate_tenants.sql).</summary>
    public static Statement For(this NpgsqlDataSource database, string function, object[] arguments, string sql) =>
        new(database.CreateBatch(), Named(function, arguments), sql);

    /// <summary>About nobody's rows: a function of the schema, or a table that belongs to no tenant.</summary>
    public static Statement ForNobody(this NpgsqlDataSource database, string sql) => new(database.CreateBatch(), null, sql);

    /// <summary>In a transaction that was told before whose rows it may see.</summary>
    public static Statement ForSame(this NpgsqlConnection connection, string sql) => new(connection.CreateBatch(), null, sql);

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

    /// <summary>Tells a transaction whose rows it may see: until its end, so that the connection's next user sees none of them.</summary>
    public static NpgsqlBatchCommand Tenant(string tenant) => Set("$1", tenant);

    /// <inheritdoc cref="Tenant"/>
    public static NpgsqlBatchCommand Named(string function, params object[] arguments) =>
        Set($"{function}({string.Join(", ", Enumerable.Range(1, arguments.Length).Select(i => $"${i}"))})", arguments);

    /// <summary>The same for a transaction of several round trips.</summary>
    /// <param name="limit">For each of its statements, instead of the pool's; the client's side is <see cref="Statement.Within"/>.</param>
    public static async Task Enter(this NpgsqlConnection connection, NpgsqlBatchCommand scope, CancellationToken token, TimeSpan? limit = null)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(scope);
        if (limit is { } patience)
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT set_config('statement_timeout', '{(int)patience.TotalMilliseconds}', true)"));
        await batch.ExecuteNonQueryAsync(token);
    }

    private static NpgsqlBatchCommand Set(string value, params object[] arguments)
    {
        var set = new NpgsqlBatchCommand($"SELECT set_config('app.tenant_id', {value}, true)");
        foreach (var argument in arguments)
            set.Parameters.Add(new NpgsqlParameter { Value = argument });
        return set;
    }
}
