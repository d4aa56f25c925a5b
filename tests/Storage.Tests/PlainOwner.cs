using Navigator.Servers;
using Npgsql;

namespace Navigator.Storage.Tests;

/// <summary>An empty database whose owner is no superuser: row-level security holds it too. Needs a server that was migrated on before.</summary>
internal sealed class PlainOwner : IAsyncDisposable
{
    private readonly ServerSet servers;
    private readonly string database, role;

    private PlainOwner(ServerSet servers, string database, string role)
    {
        (this.servers, this.database, this.role) = (servers, database, role);
        Source = TestDatabase.Open(new NpgsqlConnectionStringBuilder(database) { Username = role, Password = "x" }.ConnectionString);
    }

    public NpgsqlDataSource Source { get; }

    public static async Task<PlainOwner> Create()
    {
        var servers = await ServerSet.Get();
        var (database, role) = (await servers.CreateDatabase(), $"owner_{Guid.NewGuid():N}");
        await using var super = TestDatabase.Open(database);
        await Execute(super, $"CREATE ROLE {role} LOGIN PASSWORD 'x' CREATEROLE");
        await Execute(super, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} OWNER TO {role}");
        await Execute(super, $"ALTER SCHEMA public OWNER TO {role}");
        // pgvector is not an extension that everybody may create.
        await Execute(super, "CREATE EXTENSION vector");
        // Roles that another migration made are not this owner's to become, until whoever made them says so.
        await Execute(super, $"GRANT navigator_lookup, navigator_keys TO {role} WITH ADMIN TRUE");
        return new PlainOwner(servers, database, role);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await servers.DropDatabase(database);
        await using var super = TestDatabase.Open(servers.Postgres);
        await Execute(super, $"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
