using System.Diagnostics;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

public sealed class SqliteRateLimitTests : RateLimitContract
{
    private readonly SqliteDatabase database = TestSqlite.InMemory();

    protected override Task<IRateLimits> Open() => Task.FromResult<IRateLimits>(new SqliteRateLimits(database, TimeProvider.System));

    protected override ValueTask Close()
    {
        database.Dispose();
        return ValueTask.CompletedTask;
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresRateLimitTests : RateLimitContract
{
    private TestDatabase database = null!;

    [Fact]
    public async Task Two_processes_share_one_rate()
    {
        var (one, two) = (new PostgresRateLimits(database.Source, TimeProvider.System), new PostgresRateLimits(database.Source, TimeProvider.System));
        var rate = new Rate(TimeSpan.FromHours(1), 10);

        var taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? one : two).Acquire("shared", rate, TimeSpan.Zero, default)));

        Assert.Equal(10, taken.Count(acquired => acquired));
    }

    protected override async Task<IRateLimits> Open()
    {
        database = await TestDatabase.Create();
        return new PostgresRateLimits(database.Source, TimeProvider.System);
    }

    protected override ValueTask Close() => database.DisposeAsync();
}

/// <summary>What a rate promises, whoever keeps it.</summary>
public abstract class RateLimitContract : IAsyncLifetime
{
    /// <summary>So slow that what a test sees does not depend on how fast it runs.</summary>
    private static readonly Rate Slow = new(TimeSpan.FromHours(1), 3);

    private IRateLimits limits = null!;

    [Fact]
    public async Task A_burst_comes_at_once_and_the_next_one_not_in_time()
    {
        Assert.Equal(3, await limits.Available("a", Slow, default));
        for (var i = 0; i < 3; i++)
            Assert.True(await limits.Acquire("a", Slow, TimeSpan.Zero, default));

        Assert.False(await limits.Acquire("a", Slow, TimeSpan.FromMilliseconds(200), default));
        Assert.Equal(0, await limits.Available("a", Slow, default));
    }

    [Fact]
    public async Task What_was_refused_took_nothing()
    {
        var rate = new Rate(TimeSpan.FromSeconds(3), 1);
        Assert.True(await limits.Acquire("a", rate, TimeSpan.Zero, default));
        for (var i = 0; i < 20; i++)
            Assert.False(await limits.Acquire("a", rate, TimeSpan.Zero, default));

        // Had they taken turns, the next would be a minute away.
        Assert.True(await limits.Acquire("a", rate, TimeSpan.FromSeconds(30), default));
    }

    [Fact]
    public async Task After_the_burst_turns_come_one_by_one()
    {
        var rate = new Rate(TimeSpan.FromMilliseconds(150), 2);
        var began = Stopwatch.GetTimestamp();

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => limits.Acquire("a", rate, TimeSpan.FromSeconds(30), default))), Assert.True);

        // Two at once, four more at 150 ms each; a timer may be a little early.
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(580));
    }

    [Fact]
    public async Task Names_do_not_share()
    {
        for (var i = 0; i < 3; i++)
            Assert.True(await limits.Acquire("a", Slow, TimeSpan.Zero, default));

        Assert.True(await limits.Acquire("b", Slow, TimeSpan.Zero, default));
    }

    [Fact]
    public async Task Held_means_for_everybody_until_it_is_over()
    {
        var rate = new Rate(TimeSpan.FromMilliseconds(1), 10);
        await limits.Hold("a", rate, TimeSpan.FromSeconds(3), default);

        Assert.False(await limits.Acquire("a", rate, TimeSpan.FromMilliseconds(100), default));
        Assert.Equal(0, await limits.Available("a", rate, default));
        Assert.True(await limits.Acquire("a", rate, TimeSpan.FromSeconds(30), default));
    }

    [Fact]
    public async Task A_higher_rate_counts_at_once()
    {
        for (var i = 0; i < 3; i++)
            Assert.True(await limits.Acquire("a", new Rate(TimeSpan.FromSeconds(1), 3), TimeSpan.Zero, default));

        Assert.True(await limits.Acquire("a", new Rate(TimeSpan.FromMilliseconds(10), 1_000), TimeSpan.FromMilliseconds(500), default));
    }

    [Fact]
    public async Task Who_stops_waiting_is_let_go()
    {
        Assert.True(await limits.Acquire("a", new Rate(TimeSpan.FromMinutes(1), 1), TimeSpan.Zero, default));
        using var stop = new CancellationTokenSource(100);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            limits.Acquire("a", new Rate(TimeSpan.FromMinutes(1), 1), TimeSpan.FromMinutes(5), stop.Token));
    }

    public async Task InitializeAsync() => limits = await Open();

    public async Task DisposeAsync() => await Close();

    protected abstract Task<IRateLimits> Open();

    protected abstract ValueTask Close();
}
