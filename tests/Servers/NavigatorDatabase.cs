using Navigator.Storage;
using Navigator.Storage.Hosting;
using Navigator.Storage.Migrations;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Servers;

/// <summary>A database with Navigator's schema, one tenant and its key, and the three ways into it.</summary>
/// <param name="Owner">Connection string of who owns the tables, and sees all of them.</param>
/// <param name="Api">As an API logs in.</param>
/// <param name="Worker">As a worker logs in.</param>
public sealed record NavigatorDatabase(string Owner, string Api, string Worker)
{
    public const string Tenant = "default";

    /// <summary>Of that tenant, for everything.</summary>
    public const string Key = "nav_testertester_testertestertestertestertesterte";

    private const string Password = "navigator";

    /// <summary>Another tenant, and a key of its own for everything.</summary>
    public async Task<string> AddTenant(string tenant)
    {
        await using var source = StorageSetup.DataSource(
            Owner, new PostgresPool(0, 2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), 0, GroupSize: 1));
        var registry = new PostgresTenantRegistry(source);
        await registry.Create(tenant, CancellationToken.None);
        return (await registry.CreateKey(tenant, Scope.All, null, CancellationToken.None)).Reveal();
    }

    internal static NavigatorDatabase At(string owner) => new(owner, As(owner, RuntimeRole.Api), As(owner, RuntimeRole.Worker));

    /// <summary>The schema, the tenant, the key, and logins for the roles that migrations make.</summary>
    internal static async Task Prepare(string owner)
    {
        await using var source = StorageSetup.DataSource(owner,
            new PostgresPool(0, 2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), 0, GroupSize: 64));
        await Migrator.Migrate(source, CancellationToken.None);
        await new PostgresTenantRegistry(source).Create(Tenant, CancellationToken.None);
        var key = ApiKey.Parse(Key)!;
        await using var insert = source.CreateCommand("INSERT INTO api_key (id, tenant_id, secret_sha256, scopes) VALUES ($1, $2, $3, $4)");
        foreach (var value in new object[] { key.Id, Tenant, key.Hash(), Scope.All.ToArray() })
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>Roles belong to the server, where other test processes may be doing the same.</summary>
    internal static string LetRolesIn { get; } =
        $"""
        SELECT pg_advisory_lock(4711);
        ALTER ROLE {RuntimeRole.Api} LOGIN PASSWORD '{Password}';
        ALTER ROLE {RuntimeRole.Worker} LOGIN PASSWORD '{Password}';
        SELECT pg_advisory_unlock(4711);
        """;

    private static string As(string owner, string role) =>
        new NpgsqlConnectionStringBuilder(owner) { Username = role, Password = Password }.ConnectionString;
}
