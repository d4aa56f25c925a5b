using FsCheck;
using FsCheck.Fluent;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Tests;

public class BulkheadTests
{
    [Fact]
    public async Task Those_who_wait_get_in_as_they_came()
    {
        var bulkhead = new Bulkhead(1, TimeProvider.System);
        var first = await bulkhead.Enter(default);
        var (second, third) = (bulkhead.Enter(default).AsTask(), bulkhead.Enter(default).AsTask());
        Assert.Equal((1, 2), (bulkhead.InUse, bulkhead.Waiting));

        first.Dispose();
        (await second.WaitAsync(Patience)).Dispose();
        (await third.WaitAsync(Patience)).Dispose();

        Assert.Equal((0, 0, 3L), (bulkhead.InUse, bulkhead.Waiting, bulkhead.Entered));
    }

    [Fact]
    public async Task Nobody_overtakes_those_who_wait()
    {
        var bulkhead = new Bulkhead(1, TimeProvider.System);
        var first = await bulkhead.Enter(default);
        var waiting = bulkhead.Enter(default).AsTask();
        bulkhead.Limit = 1;
        first.Dispose();

        Assert.Null(bulkhead.TryEnter());
        (await waiting.WaitAsync(Patience)).Dispose();
        Assert.NotNull(bulkhead.TryEnter());
    }

    [Fact]
    public async Task A_higher_limit_lets_the_next_ones_in_at_once()
    {
        var bulkhead = new Bulkhead(1, TimeProvider.System);
        _ = await bulkhead.Enter(default);
        var waiting = Enumerable.Range(0, 3).Select(_ => bulkhead.Enter(default).AsTask()).ToList();

        bulkhead.Limit = 3;

        await Task.WhenAll(waiting.Take(2)).WaitAsync(Patience);
        Assert.Equal((3, 1), (bulkhead.InUse, bulkhead.Waiting));
        Assert.False(waiting[2].IsCompleted);
    }

    [Fact]
    public async Task A_lower_limit_sends_nobody_away_and_lets_nobody_in_until_enough_have_left()
    {
        var bulkhead = new Bulkhead(3, TimeProvider.System);
        var permits = new[] { await bulkhead.Enter(default), await bulkhead.Enter(default), await bulkhead.Enter(default) };
        var waiting = bulkhead.Enter(default).AsTask();

        bulkhead.Limit = 1;
        Assert.Equal(3, bulkhead.InUse);
        permits[0].Dispose();
        permits[1].Dispose();
        Assert.False(waiting.IsCompleted);
        permits[2].Dispose();

        await waiting.WaitAsync(Patience);
        Assert.Equal(1, bulkhead.InUse);
    }

    [Fact]
    public async Task Who_stops_waiting_takes_no_place_and_holds_up_nobody()
    {
        var bulkhead = new Bulkhead(1, TimeProvider.System);
        var first = await bulkhead.Enter(default);
        using var stop = new CancellationTokenSource();
        var (impatient, patient) = (bulkhead.Enter(stop.Token).AsTask(), bulkhead.Enter(default).AsTask());

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Null(await bulkhead.EnterWithin(TimeSpan.FromMilliseconds(20), default));
        first.Dispose();
        first.Dispose();
        await patient.WaitAsync(Patience);
        Assert.Equal((1, 0), (bulkhead.InUse, bulkhead.Waiting));
    }

    /// <summary>Whatever happens in whatever order: the limit holds, nobody is forgotten, nobody overtakes, and in the end all is empty.</summary>
    [Fact]
    public void Its_rules_hold_in_any_order_of_events() => Prop.ForAll<int[]>(steps => Hold(steps)).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Its_limit_holds_under_many_threads()
    {
        var (bulkhead, now, most) = (new Bulkhead(4, TimeProvider.System), 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var stop = new CancellationTokenSource(i % 7 == 0 ? TimeSpan.FromMicroseconds(50) : Timeout.InfiniteTimeSpan);
                try
                {
                    using var permit = await bulkhead.Enter(stop.Token);
                    var inside = Interlocked.Increment(ref now);
                    InterlockedMax(ref most, inside);
                    await Task.Yield();
                    Interlocked.Decrement(ref now);
                }
                catch (OperationCanceledException)
                {
                    // It waited too long; that is what is tried here.
                }
            }
        }))).WaitAsync(Patience);

        Assert.InRange(most, 1, 4);
        Assert.Equal((0, 0), (bulkhead.InUse, bulkhead.Waiting));
    }

    private static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    private static void Hold(int[] steps)
    {
        var bulkhead = new Bulkhead(2, TimeProvider.System);
        var inside = new List<Bulkhead.Permit>();
        var outside = new List<(Task<Bulkhead.Permit> Permit, CancellationTokenSource Stop)>();
        foreach (var step in steps)
        {
            switch (Math.Abs((long)step) % 5)
            {
                case 0 or 1:
                    var stop = new CancellationTokenSource();
                    outside.Add((bulkhead.Enter(stop.Token).AsTask(), stop));
                    break;
                case 2 when inside.Count > 0:
                    inside[0].Dispose();
                    inside.RemoveAt(0);
                    break;
                case 3 when outside.Count > 0:
                    outside[^1].Stop.Cancel();
                    break;
                case 4:
                    bulkhead.Limit = 1 + (int)(Math.Abs((long)step) / 5 % 4);
                    break;
            }
            Settle(bulkhead, inside, outside);
            // Room and somebody who waits: that must never be.
            Assert.False(bulkhead.Waiting > 0 && bulkhead.InUse < bulkhead.Limit);
            Assert.Equal(inside.Count, bulkhead.InUse);
            Assert.Equal(outside.Count, bulkhead.Waiting);
        }
        bulkhead.Limit = 1_000;
        Settle(bulkhead, inside, outside);
        inside.ForEach(permit => permit.Dispose());
        Assert.Equal((0, 0), (bulkhead.InUse, bulkhead.Waiting));
    }

    /// <summary>Take notice of who got in, and see that they are the ones who came first.</summary>
    private static void Settle(
        Bulkhead bulkhead, List<Bulkhead.Permit> inside, List<(Task<Bulkhead.Permit> Permit, CancellationTokenSource Stop)> outside)
    {
        SpinWait.SpinUntil(() => outside.Count(waiter => !waiter.Permit.IsCompleted) == bulkhead.Waiting, Patience);
        outside.RemoveAll(waiter => waiter.Permit.IsCanceled);
        var entered = outside.TakeWhile(waiter => waiter.Permit.IsCompletedSuccessfully).ToList();
        inside.AddRange(entered.Select(waiter => waiter.Permit.Result));
        outside.RemoveRange(0, entered.Count);
        Assert.DoesNotContain(outside, waiter => waiter.Permit.IsCompletedSuccessfully);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
