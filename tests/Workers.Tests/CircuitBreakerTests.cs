using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Workers.Tools.WebSearch;

namespace Navigator.Workers.Tests;

public class CircuitBreakerTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly TavilyCircuitBreaker breaker;

    public CircuitBreakerTests() => breaker = Breaker(clock);

    [Fact]
    public void Five_failures_in_a_row_open_it_and_four_do_not()
    {
        Call(CallOutcome.Failed, 4);
        Assert.Equal(CircuitState.Closed, breaker.State);
        Call(CallOutcome.Succeeded);
        Call(CallOutcome.Failed, 4);
        Assert.Equal(CircuitState.Closed, breaker.State);

        Call(CallOutcome.Failed);

        Assert.Equal(CircuitState.Open, breaker.State);
        Assert.Null(breaker.TryEnter());
    }

    [Fact]
    public void A_call_that_was_not_made_is_no_evidence()
    {
        Call(CallOutcome.Failed, 4);
        Call(CallOutcome.NotMade, 10);
        Call(CallOutcome.Failed);

        Assert.Equal(CircuitState.Open, breaker.State);
    }

    [Fact]
    public void After_thirty_seconds_exactly_three_probes_are_let_through_and_close_it()
    {
        Open();
        clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Null(breaker.TryEnter());
        clock.Advance(TimeSpan.FromSeconds(0.1));

        var probes = new[] { breaker.TryEnter(), breaker.TryEnter(), breaker.TryEnter() };
        Assert.All(probes, probe => Assert.NotNull(probe));
        Assert.Null(breaker.TryEnter());
        Assert.Equal(CircuitState.HalfOpen, breaker.State);

        breaker.Report(probes[0]!.Value, CallOutcome.Succeeded);
        breaker.Report(probes[1]!.Value, CallOutcome.Succeeded);
        Assert.Null(breaker.TryEnter());
        breaker.Report(probes[2]!.Value, CallOutcome.Succeeded);
        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    [Fact]
    public void A_probe_that_fails_opens_it_again_for_another_thirty_seconds()
    {
        Open();
        clock.Advance(TimeSpan.FromSeconds(30));
        Call(CallOutcome.Succeeded, 2);
        Call(CallOutcome.Failed);

        Assert.Equal(CircuitState.Open, breaker.State);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(breaker.TryEnter());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(breaker.TryEnter());
    }

    [Fact]
    public void A_probe_that_was_not_made_gives_its_place_back()
    {
        Open();
        clock.Advance(TimeSpan.FromSeconds(30));

        Call(CallOutcome.NotMade, 20);
        Assert.Equal(CircuitState.HalfOpen, breaker.State);
        Call(CallOutcome.Succeeded, 3);

        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    [Fact]
    public void What_a_call_of_an_earlier_state_found_is_old_news()
    {
        var slow = breaker.TryEnter()!.Value;
        Open();
        clock.Advance(TimeSpan.FromSeconds(30));
        var probe = breaker.TryEnter()!.Value;

        breaker.Report(slow, CallOutcome.Failed);
        Assert.Equal(CircuitState.HalfOpen, breaker.State);
        breaker.Report(slow, CallOutcome.Succeeded);
        Call(CallOutcome.Succeeded, 2);
        Assert.Equal(CircuitState.HalfOpen, breaker.State);
        breaker.Report(probe, CallOutcome.Succeeded);
        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    [Fact]
    public void Whatever_the_order_there_are_never_more_probes_than_three_and_never_a_call_while_it_is_open() =>
        Prop.ForAll<int>(seed =>
        {
            var (random, time) = (new Random(seed), new FakeTimeProvider());
            var circuit = Breaker(time);
            var inFlight = new List<(int Entered, CircuitState State)>();
            var openedAt = DateTimeOffset.MinValue;
            for (var step = 0; step < 300; step++)
            {
                var before = circuit.State;
                switch (random.Next(3))
                {
                    case 0:
                        if (circuit.TryEnter() is { } entered)
                        {
                            inFlight.Add((entered, circuit.State));
                            Assert.True(time.GetUtcNow() >= openedAt + TimeSpan.FromSeconds(30), "a call while it was open");
                        }
                        break;
                    case 1 when inFlight.Count > 0:
                        var call = inFlight[random.Next(inFlight.Count)];
                        inFlight.Remove(call);
                        circuit.Report(call.Entered, (CallOutcome)random.Next(3));
                        break;
                    default:
                        time.Advance(TimeSpan.FromSeconds(random.Next(12)));
                        break;
                }
                if (before != CircuitState.Open && circuit.State == CircuitState.Open)
                    openedAt = time.GetUtcNow();
                // Those of the present half-open state only: earlier ones are not probes any more.
                var probes = inFlight.Where(call => call.State == CircuitState.HalfOpen).GroupBy(call => call.Entered).Select(group => group.Count());
                Assert.All(probes, count => Assert.InRange(count, 0, 3));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static TavilyCircuitBreaker Breaker(TimeProvider clock) => new(Policies.Live(), clock, NullLogger<TavilyCircuitBreaker>.Instance);

    private void Open()
    {
        Call(CallOutcome.Failed, 5);
        Assert.Equal(CircuitState.Open, breaker.State);
    }

    private void Call(CallOutcome outcome, int times = 1)
    {
        for (var i = 0; i < times; i++)
            breaker.Report(breaker.TryEnter()!.Value, outcome);
    }
}
