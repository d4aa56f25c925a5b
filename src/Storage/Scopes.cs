using Npgsql;

namespace Navigator.Storage;

/// <summary>Sets the tenant scope of a statement: the rows of one tenant, or of the tenants that a function of the schema returns.</summary>
internal static class Scopes
{
    /// <summary>Statement in the scope of one tenant, which the caller knows from a key or from a row.</summary>
    public static Statement For(this NpgsqlDataSource database, string tenant, string sql) => new(database.CreateBatch(), Tenant(tenant), sql);

    /// <summary>Statement in the scope of several tenants, each known from a row.</summary>
    public static Statement For(this NpgsqlDataSource database, IEnumerable<string> tenants, string sql) =>
        database.For(string.Join(',', tenants.Distinct(StringComparer.Ordinal)), sql);

    /// <summary>Statement in the scope of the tenants that the function returns (0011_isolate_tenants.sql).</summary>
    public static Statement For(this NpgsqlDataSource database, string function, object[] arguments, string sql) =>
        new(database.CreateBatch(), Named(function, arguments), sql);

    /// <summary>Statement without a tenant scope: it calls a function of the schema, or reads a table that belongs to no tenant.</summary>
    public static Statement WithoutTenant(this NpgsqlDataSource database, string sql) => new(database.CreateBatch(), null, sql);

    /// <summary>Statement in a transaction whose tenant scope is already set.</summary>
    public static Statement InSameScope(this NpgsqlConnection connection, string sql) => new(connection.CreateBatch(), null, sql);

    /// <summary>Opens a connection for more than one statement.</summary>
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

    /// <summary>Sets the transaction's tenant scope. It ends with the transaction, so the connection's next user does not inherit it.</summary>
    public static NpgsqlBatchCommand Tenant(string tenant) => Set("$1", tenant);

    /// <inheritdoc cref="Tenant"/>
    public static NpgsqlBatchCommand Named(string function, params object[] arguments) =>
        Set($"{function}({string.Join(", ", Enumerable.Range(1, arguments.Length).Select(i => $"${i}"))})", arguments);

    /// <summary>Sets the tenant scope of a transaction with several round trips.</summary>
    /// <param name="limit">Statement timeout on the server instead of the pool's. <see cref="Statement.Within"/> sets the client's limit.</param>
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
