using FsCheck;
using FsCheck.Fluent;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Tests;

public class GateTests
{
    [Fact]
    public async Task Those_who_wait_get_in_as_they_came()
    {
        var gate = new Gate(1, TimeProvider.System);
        var first = await gate.Enter(default);
        var (second, third) = (gate.Enter(default).AsTask(), gate.Enter(default).AsTask());
        Assert.Equal((1, 2), (gate.InUse, gate.Waiting));

        first.Dispose();
        (await second.WaitAsync(Patience)).Dispose();
        (await third.WaitAsync(Patience)).Dispose();

        Assert.Equal((0, 0, 3L), (gate.InUse, gate.Waiting, gate.Entered));
    }

    [Fact]
    public async Task Nobody_overtakes_those_who_wait()
    {
        var gate = new Gate(1, TimeProvider.System);
        var first = await gate.Enter(default);
        var waiting = gate.Enter(default).AsTask();
        gate.Limit = 1;
        first.Dispose();

        Assert.Null(gate.TryEnter());
        (await waiting.WaitAsync(Patience)).Dispose();
        Assert.NotNull(gate.TryEnter());
    }

    [Fact]
    public async Task A_higher_limit_lets_the_next_ones_in_at_once()
    {
        var gate = new Gate(1, TimeProvider.System);
        _ = await gate.Enter(default);
        var waiting = Enumerable.Range(0, 3).Select(_ => gate.Enter(default).AsTask()).ToList();

        gate.Limit = 3;

        await Task.WhenAll(waiting.Take(2)).WaitAsync(Patience);
        Assert.Equal((3, 1), (gate.InUse, gate.Waiting));
        Assert.False(waiting[2].IsCompleted);
    }

    [Fact]
    public async Task A_lower_limit_sends_nobody_away_and_lets_nobody_in_until_enough_have_left()
    {
        var gate = new Gate(3, TimeProvider.System);
        var places = new[] { await gate.Enter(default), await gate.Enter(default), await gate.Enter(default) };
        var waiting = gate.Enter(default).AsTask();

        gate.Limit = 1;
        Assert.Equal(3, gate.InUse);
        places[0].Dispose();
        places[1].Dispose();
        Assert.False(waiting.IsCompleted);
        places[2].Dispose();

        await waiting.WaitAsync(Patience);
        Assert.Equal(1, gate.InUse);
    }

    [Fact]
    public async Task Who_stops_waiting_takes_no_place_and_holds_up_nobody()
    {
        var gate = new Gate(1, TimeProvider.System);
        var first = await gate.Enter(default);
        using var stop = new CancellationTokenSource();
        var (impatient, patient) = (gate.Enter(stop.Token).AsTask(), gate.Enter(default).AsTask());

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.Null(await gate.EnterWithin(TimeSpan.FromMilliseconds(20), default));
        first.Dispose();
        first.Dispose();
        await patient.WaitAsync(Patience);
        Assert.Equal((1, 0), (gate.InUse, gate.Waiting));
    }

    /// <summary>Whatever happens in whatever order: the limit holds, nobody is forgotten, nobody overtakes, and in the end all is empty.</summary>
    [Fact]
    public void Its_rules_hold_in_any_order_of_events() => Prop.ForAll<int[]>(steps => Hold(steps)).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Its_limit_holds_under_many_threads()
    {
        var (gate, now, most) = (new Gate(4, TimeProvider.System), 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var stop = new CancellationTokenSource(i % 7 == 0 ? TimeSpan.FromMicroseconds(50) : Timeout.InfiniteTimeSpan);
                try
                {
                    using var place = await gate.Enter(stop.Token);
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
        Assert.Equal((0, 0), (gate.InUse, gate.Waiting));
    }

    private static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    private static void Hold(int[] steps)
    {
        var gate = new Gate(2, TimeProvider.System);
        var inside = new List<Gate.Place>();
        var outside = new List<(Task<Gate.Place> Place, CancellationTokenSource Stop)>();
        foreach (var step in steps)
        {
            switch (Math.Abs((long)step) % 5)
            {
                case 0 or 1:
                    var stop = new CancellationTokenSource();
                    outside.Add((gate.Enter(stop.Token).AsTask(), stop));
                    break;
                case 2 when inside.Count > 0:
                    inside[0].Dispose();
                    inside.RemoveAt(0);
                    break;
                case 3 when outside.Count > 0:
                    outside[^1].Stop.Cancel();
                    break;
                case 4:
                    gate.Limit = 1 + (int)(Math.Abs((long)step) / 5 % 4);
                    break;
            }
            Settle(gate, inside, outside);
            // Room and somebody who waits: that must never be.
            Assert.False(gate.Waiting > 0 && gate.InUse < gate.Limit);
            Assert.Equal(inside.Count, gate.InUse);
            Assert.Equal(outside.Count, gate.Waiting);
        }
        gate.Limit = 1_000;
        Settle(gate, inside, outside);
        inside.ForEach(place => place.Dispose());
        Assert.Equal((0, 0), (gate.InUse, gate.Waiting));
    }

    /// <summary>Take notice of who got in, and see that they are the ones who came first.</summary>
    private static void Settle(Gate gate, List<Gate.Place> inside, List<(Task<Gate.Place> Place, CancellationTokenSource Stop)> outside)
    {
        SpinWait.SpinUntil(() => outside.Count(waiter => !waiter.Place.IsCompleted) == gate.Waiting, Patience);
        outside.RemoveAll(waiter => waiter.Place.IsCanceled);
        var entered = outside.TakeWhile(waiter => waiter.Place.IsCompletedSuccessfully).ToList();
        inside.AddRange(entered.Select(waiter => waiter.Place.Result));
        outside.RemoveRange(0, entered.Count);
        Assert.DoesNotContain(outside, waiter => waiter.Place.IsCompletedSuccessfully);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
