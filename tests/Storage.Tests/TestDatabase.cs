using Navigator.Servers;
using Navigator.Storage.Migrations;
using Npgsql;

namespace Navigator.Storage.Tests;

/// <summary>A database of a test's own, cloned from one that was migrated once per run.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Template = new(CreateTemplate);
    private static readonly SemaphoreSlim Cloning = new(1);

    public string ConnectionString => connectionString;

    private readonly string connectionString;

    private TestDatabase(string connectionString)
    {
        this.connectionString = connectionString;
        Source = Open(connectionString);
    }

    public NpgsqlDataSource Source { get; }

    public static async Task<TestDatabase> Create()
    {
        var template = await Template.Value;
        await Cloning.WaitAsync();
        try
        {
            return new TestDatabase(await (await ServerSet.Get()).CloneDatabase(template));
        }
        finally
        {
            Cloning.Release();
        }
    }

    public static NpgsqlDataSource Open(string connectionString) =>
        StorageSetup.DataSource(connectionString, new PostgresPool(0, 10, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), 5_000));

    public async Task<int> Execute(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Count(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await (await ServerSet.Get()).DropDatabase(connectionString);
    }

    private static async Task<string> CreateTemplate()
    {
        var template = await (await ServerSet.Get()).CreateDatabase();
        await using (var source = Open(template))
            await Migrator.Migrate(source, CancellationToken.None);
        return template;
    }
}
