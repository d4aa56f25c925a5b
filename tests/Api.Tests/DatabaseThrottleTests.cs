using Microsoft.Extensions.Configuration;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Servers;
using Npgsql;

namespace Navigator.Api.Tests;

public sealed class DatabaseThrottleTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DatabaseThrottle throttle = Open("2", "10s");

    [Fact]
    public async Task So_many_run_at_once_and_all_run_in_the_end()
    {
        var (now, most) = (0, 0);

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => throttle.Run(
            async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(1);
                Interlocked.Decrement(ref now);
                return i;
            },
            default))).WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 200), results);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task When_a_statement_fails_all_who_wait_are_told_at_once()
    {
        var hang = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 2).Select(_ => throttle.Run(() => hang.Task, default)).ToList();
        var ran = 0;
        var waiting = Enumerable.Range(0, 50).Select(_ => throttle.Run<int>(
            async () =>
            {
                Interlocked.Increment(ref ran);
                await Task.Delay(TimeSpan.FromSeconds(2));
                throw new TimeoutException();
            },
            default)).ToList();

        hang.SetException(new TimeoutException());

        foreach (var one in running)
            await Assert.ThrowsAsync<TimeoutException>(() => one);
        // One that was next in that moment may still try it; had they all, it would take a minute.
        var told = await Task.WhenAll(waiting.Select(one => Assert.ThrowsAnyAsync<Exception>(() => one))).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(ran, 0, 4);
        Assert.Equal(50 - ran, told.Count(error => error is DatabaseAwayException));
    }

    [Fact]
    public async Task When_one_succeeds_again_others_wait_again()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => throttle.Run<int>(() => throw new TimeoutException(), default));
        Assert.Equal(1, await throttle.Run(() => Task.FromResult(1), default));
        var hold = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 2).Select(_ => throttle.Run(() => hold.Task, default)).ToList();

        var waiting = throttle.Run(() => Task.FromResult(2), default);
        Assert.False(waiting.IsCompleted);
        hold.SetResult(0);

        await Task.WhenAll(running);
        Assert.Equal(2, await waiting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Nobody_waits_longer_than_said_and_who_leaves_is_let_go()
    {
        using var patient = Open("1", "60s");
        using var impatient = Open("1", "100ms");
        var hold = new TaskCompletionSource<int>();
        var running = Task.WhenAll(patient.Run(() => hold.Task, default), impatient.Run(() => hold.Task, default));
        using var stop = new CancellationTokenSource();
        var leaving = patient.Run(() => Task.FromResult(1), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Assert.ThrowsAsync<TimeoutException>(() => impatient.Run(() => Task.FromResult(1), default).WaitAsync(Patience));
        hold.SetResult(0);
        await running;
    }

    [Fact]
    public async Task A_statement_that_the_database_refuses_is_an_answer_and_the_others_go_on_waiting()
    {
        var hold = new TaskCompletionSource<int>();
        var running = throttle.Run(() => hold.Task, default);
        var refused = new TaskCompletionSource<int>();
        var refusing = throttle.Run(() => refused.Task, default);
        var waiting = throttle.Run(() => Task.FromResult(7), default);

        refused.SetException(new PostgresException("no such column", "ERROR", "ERROR", PostgresErrorCodes.UndefinedColumn));

        await Assert.ThrowsAsync<PostgresException>(() => refusing);
        Assert.Equal(7, await waiting.WaitAsync(Patience));
        hold.SetResult(0);
        await running;
    }

    /// <summary>Lengthy ones that hang on a frozen database must not keep the short one from running that would notice it.</summary>
    [Fact]
    public async Task Lengthy_statements_never_take_all_permits()
    {
        var hold = new TaskCompletionSource<int>();
        var lengthy = Enumerable.Range(0, 3).Select(_ => throttle.RunLengthy(() => hold.Task, default)).ToList();

        await Assert.ThrowsAsync<TimeoutException>(() => throttle.Run<int>(() => throw new TimeoutException(), default).WaitAsync(Patience));

        // One runs. The two that wait behind it are told.
        foreach (var told in lengthy.Skip(1))
            await Assert.ThrowsAsync<DatabaseAwayException>(() => told.WaitAsync(Patience));
        Assert.False(lengthy[0].IsCompleted);
        hold.SetResult(1);
        Assert.Equal(1, await lengthy[0].WaitAsync(Patience));
    }

    public void Dispose() => throttle.Dispose();

    internal static LivePolicy Policy(string statements, string timeout)
    {
        var configuration = new ConfigurationBuilder().Add(new PolicyFile(Path.Combine(ServerSet.Root, "concurrency.yaml"))).AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Concurrency:Http:Statements"] = statements,
                ["Concurrency:Http:StatementQueueTimeout"] = timeout,
            }).Build();
        return new LivePolicy(ConcurrencyPolicy.Load(configuration, Shipped.Tools));
    }

    private static DatabaseThrottle Open(string statements, string timeout)
    {
        var policy = Policy(statements, timeout);
        return new DatabaseThrottle(new LimitRegistry(policy, TimeProvider.System), policy);
    }
}
