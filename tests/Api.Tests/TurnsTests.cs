using Microsoft.Extensions.Configuration;
using Navigator.Api.Hosting;
using Navigator.Servers;
using Navigator.Workers.Limits;

namespace Navigator.Api.Tests;

public sealed class TurnsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Turns turns = Open("2", "10s");

    [Fact]
    public async Task So_many_run_at_once_and_all_get_their_turn()
    {
        var (now, most) = (0, 0);

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => turns.Take(
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
        var running = Enumerable.Range(0, 2).Select(_ => turns.Take(() => hang.Task, default)).ToList();
        var ran = 0;
        var waiting = Enumerable.Range(0, 50).Select(_ => turns.Take<int>(
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
        // One whose turn it was in that moment may still try it; had they all, it would take a minute.
        var told = await Task.WhenAll(waiting.Select(one => Assert.ThrowsAnyAsync<Exception>(() => one))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(ran, 0, 4);
        Assert.Equal(50 - ran, told.Count(error => error is DatabaseAwayException));
    }

    [Fact]
    public async Task When_one_succeeds_again_others_wait_again()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => turns.Take<int>(() => throw new TimeoutException(), default));
        Assert.Equal(1, await turns.Take(() => Task.FromResult(1), default));
        var hold = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 2).Select(_ => turns.Take(() => hold.Task, default)).ToList();

        var waiting = turns.Take(() => Task.FromResult(2), default);
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
        var running = Task.WhenAll(patient.Take(() => hold.Task, default), impatient.Take(() => hold.Task, default));
        using var stop = new CancellationTokenSource();
        var leaving = patient.Take(() => Task.FromResult(1), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Assert.ThrowsAsync<TimeoutException>(() => impatient.Take(() => Task.FromResult(1), default).WaitAsync(Patience));
        hold.SetResult(0);
        await running;
    }

    public void Dispose() => turns.Dispose();

    internal static LivePolicy Policy(string statements, string turn)
    {
        var configuration = new ConfigurationBuilder().Add(new PolicyFile(Path.Combine(ServerSet.Root, "concurrency.yaml"))).AddInMemoryCollection(
            new Dictionary<string, string?> { ["Concurrency:Http:Statements"] = statements, ["Concurrency:Http:Turn"] = turn }).Build();
        return new LivePolicy(ConcurrencyPolicy.Load(configuration, Shipped.Tools));
    }

    private static Turns Open(string statements, string turn)
    {
        var policy = Policy(statements, turn);
        return new Turns(new Bounds(policy, TimeProvider.System), policy);
    }
}
