using Navigator.Storage.Hosting;
using Navigator.Storage.Processes;
using Npgsql;

namespace Navigator.Storage.Tests;

[Trait("Needs", "Servers")]
public sealed class PoolTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    [Fact]
    public async Task An_exhausted_pool_is_named_within_its_wait()
    {
        await using var small = StorageSetup.DataSource(database.Access.Worker,
            new PostgresPool(0, 2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), 5_000, GroupSize: 64));
        await using var one = await small.OpenConnectionAsync();
        await using var two = await small.OpenConnectionAsync();

        var statement = await Assert.ThrowsAsync<PoolExhaustedException>(() =>
            new PostgresProcessReports(small).Recent(TimeSpan.FromSeconds(1), default));
        var connection = await Assert.ThrowsAsync<PoolExhaustedException>(() => small.Open(default));

        Assert.Contains("connection pool of PostgreSQL", statement.Message, StringComparison.Ordinal);
        Assert.True(connection.IsTransient);
    }

    /// <summary>Whose rows it may see was said, and then the statement itself failed: in time, or for good.</summary>
    [Theory]
    [InlineData("SELECT pg_sleep(10)", PostgresErrorCodes.QueryCanceled)]
    [InlineData("SELECT 1 / 0", PostgresErrorCodes.DivisionByZero)]
    [InlineData("SELECT nonsense", PostgresErrorCodes.UndefinedColumn)]
    public async Task A_statement_that_fails_gives_its_connection_back(string sql, string code)
    {
        await using var single = StorageSetup.DataSource(database.Access.Worker,
            new PostgresPool(0, 1, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(1_050), 5_000, GroupSize: 64));
        // Connects, so that the time to connect on a busy machine is not taken from a statement's second.
        await new PostgresProcessReports(single).Recent(TimeSpan.FromSeconds(1), default);
        for (var i = 0; i < 2; i++)
        {
            await using var one = single.For("a", sql);
            Assert.Equal(code, (await Assert.ThrowsAsync<PostgresException>(() => one.One(row => row, default))).SqlState);
            await using var change = single.For("a", sql);
            Assert.Equal(code, (await Assert.ThrowsAsync<PostgresException>(() => change.Change(default))).SqlState);
        }
        Assert.Empty(await new PostgresProcessReports(single).Recent(TimeSpan.FromSeconds(1), default));
    }

    [Fact]
    public async Task A_connection_that_serves_again_brings_nothing_along()
    {
        await using var single = StorageSetup.DataSource(database.Access.Worker,
            new PostgresPool(0, 1, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), 5_000, GroupSize: 64));
        for (var i = 0; i < 3; i++)
        {
            await using var local = single.CreateCommand("SELECT set_config('synchronous_commit', 'off', true)");
            await local.ExecuteScalarAsync();
            await using var after = single.CreateCommand("SELECT current_setting('synchronous_commit')");
            Assert.Equal("on", await after.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task Processes_that_are_silent_are_forgotten()
    {
        var reports = new PostgresProcessReports(database.Source);
        await reports.Publish("old", "worker", "{}", default);
        await database.Execute("UPDATE process SET seen_at = now() - interval '1 hour'");
        await reports.Publish("new", "api", """{"usage": []}""", default);
        await reports.Publish("new", "api", """{"usage": [1]}""", default);

        var known = Assert.Single(await reports.Recent(TimeSpan.FromDays(1), default));
        Assert.Equal(("new", "api", """{"usage": [1]}"""), (known.Name, known.Role, known.Report));
    }

    public async Task InitializeAsync() => database = await TestDatabase.Create();

    public async Task DisposeAsync() => await database.DisposeAsync();
}
