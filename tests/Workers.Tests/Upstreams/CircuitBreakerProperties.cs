using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>What holds for a circuit breaker in whatever order calls begin and end and time passes, calls that end late included.</summary>
public class CircuitBreakerProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    [Fact]
    public void Probes_in_flight_are_never_more_than_the_limit_and_a_free_one_is_always_given() => InAnyHistory((history, step) =>
    {
        var before = history.InFlight + history.Succeeded - (step.IsAdmitted ? 1 : 0);
        if (step is { Before.State: CircuitState.HalfOpen, Kind: StepKind.Enter })
            Assert.Equal(before < history.Limits.HalfOpenProbes, step.IsAdmitted);
        if (step.After.State == CircuitState.HalfOpen)
            Assert.InRange(history.InFlight, 0, history.Limits.HalfOpenProbes);
    });

    [Fact]
    public void It_opens_at_the_threshold_of_failures_in_a_row_and_at_no_other_time() => InAnyHistory((history, step) =>
    {
        if (step.Before.State == CircuitState.Closed)
            Assert.Equal(history.FailuresInARow >= history.Limits.FailureThreshold, step.After.State == CircuitState.Open);
    });

    [Fact]
    public void It_admits_no_call_during_the_break_and_the_first_after_it_as_a_probe() => InAnyHistory((history, step) =>
    {
        if (step is not { Before.State: CircuitState.Open, Kind: StepKind.Enter })
            return;
        var isOver = history.Now >= step.Before.Since + history.Limits.BreakDuration;
        Assert.Equal((isOver, isOver ? CircuitState.HalfOpen : CircuitState.Open), (step.IsAdmitted, step.After.State));
    });

    [Fact]
    public void It_closes_when_all_probes_have_succeeded_and_at_no_other_time() => InAnyHistory((history, step) =>
    {
        if (step.Before.State == CircuitState.HalfOpen)
            Assert.Equal(history.Succeeded == history.Limits.HalfOpenProbes, step.After.State == CircuitState.Closed);
        else if (step.Before.State == CircuitState.Open)
            Assert.NotEqual(CircuitState.Closed, step.After.State);
    });

    [Fact]
    public void A_probe_that_fails_opens_it_anew_and_its_break_begins_then() => InAnyHistory((history, step) =>
    {
        if (step.Before.State == CircuitState.HalfOpen && step.Evidence == CallOutcome.Failed)
            Assert.Equal((CircuitState.Open, history.Now), (step.After.State, step.After.Since));
        else if (step.Before.State == CircuitState.HalfOpen)
            Assert.NotEqual(CircuitState.Open, step.After.State);
    });

    [Fact]
    public void What_was_begun_in_an_earlier_state_changes_nothing() => InAnyHistory((_, step) =>
    {
        if (step.IsLate)
            Assert.Equal(step.Before, step.After);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Callers_at_the_same_time_never_have_more_probes_in_flight_than_the_limit(int probes)
    {
        var clock = new FakeTimeProvider();
        var limits = new BreakerLimits { FailureThreshold = 1, BreakDuration = TimeSpan.FromSeconds(10), HalfOpenProbes = probes };
        var breaker = new CircuitBreaker("any", () => limits, clock, NullLogger<CircuitBreaker>.Instance);
        breaker.Report(breaker.TryEnter()!.Value, CallOutcome.Failed);
        clock.Advance(limits.BreakDuration);
        var (inFlight, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var made = 0; made < 2_000;)
            {
                if (breaker.TryEnter() is not { } permit)
                {
                    Thread.Yield();
                    continue;
                }
                made++;
                Raise(ref most, Interlocked.Increment(ref inFlight));
                Interlocked.Decrement(ref inFlight);
                // Never a verdict, so that it stays half-open for all of them.
                breaker.Report(permit, CallOutcome.Inconclusive);
            }
        })));

        Assert.InRange(most, 1, probes);
        Assert.Equal((CircuitState.HalfOpen, 0), (breaker.Now.State, breaker.Now.ProbesInFlight));
    }

    private static void Raise(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); seen < now; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, now, seen);
    }

    private static void InAnyHistory(Action<History, Step> holds) => Prop.ForAll(
        Seeds.All,
        seed =>
        {
            var history = new History(new Random(seed));
            for (var i = 0; i < 300; i++)
                holds(history, history.Next());
        }).Check(Thorough);

    private enum StepKind
    {
        Enter,
        Report,
        Wait,
    }

    /// <param name="Evidence">What the step told of the state that it met; null where it told nothing, or too late.</param>
    private sealed record Step(
        StepKind Kind, Circuit Before, Circuit After, bool IsAdmitted = false, CallOutcome? Evidence = null, bool IsLate = false);

    /// <summary>
    /// A random history of a breaker with random limits, and what an onlooker counts of the state that the last step met: calls in flight,
    /// failures, successes. It counts by the states that it sees and knows nothing of the breaker's own counters.
    /// </summary>
    private sealed class History
    {
        private readonly Random random;
        private readonly FakeTimeProvider clock = new();
        private readonly CircuitBreaker breaker;
        private readonly List<(CircuitBreaker.Permit Permit, int Episode)> calls = [];
        private int episode;
        private bool isOver;

        public History(Random random)
        {
            this.random = random;
            Limits = new BreakerLimits
            {
                FailureThreshold = random.Next(1, 6),
                BreakDuration = TimeSpan.FromSeconds(random.Next(1, 40)),
                HalfOpenProbes = random.Next(1, 5),
            };
            breaker = new CircuitBreaker("any", () => Limits, clock, NullLogger<CircuitBreaker>.Instance);
        }

        public BreakerLimits Limits { get; }
        public DateTimeOffset Now => clock.GetUtcNow();
        public int InFlight => calls.Count(call => call.Episode == episode);
        public int Succeeded { get; private set; }
        public int FailuresInARow { get; private set; }

        public Step Next()
        {
            if (isOver)
                (episode, Succeeded, FailuresInARow, isOver) = (episode + 1, 0, 0, false);
            var before = breaker.Now;
            var step = random.Next(5) switch
            {
                0 or 1 => Enter(before),
                2 or 3 when calls.Count > 0 => Report(before),
                _ => Wait(before),
            };
            // The first probe is of the state that it brought about.
            isOver = step.After.State != before.State && step.Kind != StepKind.Enter;
            return step;
        }

        private Step Enter(Circuit before)
        {
            var permit = breaker.TryEnter();
            if (breaker.Now.State != before.State)
                (episode, Succeeded, FailuresInARow) = (episode + 1, 0, 0);
            if (permit is { } taken)
                calls.Add((taken, episode));
            return new Step(StepKind.Enter, before, breaker.Now, permit is not null);
        }

        private Step Report(Circuit before)
        {
            var call = calls[random.Next(calls.Count)];
            calls.Remove(call);
            // Mostly failures while closed and successes else, so that all states are met often.
            var outcome = random.Next(4) > 0
                ? before.State == CircuitState.Closed ? CallOutcome.Failed : CallOutcome.Succeeded
                : (CallOutcome)random.Next(3);
            var isLate = call.Episode != episode;
            if (!isLate)
            {
                Succeeded += outcome == CallOutcome.Succeeded ? 1 : 0;
                FailuresInARow = outcome switch
                {
                    CallOutcome.Failed => FailuresInARow + 1,
                    CallOutcome.Succeeded => 0,
                    _ => FailuresInARow,
                };
            }
            breaker.Report(call.Permit, outcome);
            return new Step(StepKind.Report, before, breaker.Now, Evidence: isLate ? null : outcome, IsLate: isLate);
        }

        private Step Wait(Circuit before)
        {
            clock.Advance(TimeSpan.FromSeconds(random.Next(15)));
            return new Step(StepKind.Wait, before, breaker.Now);
        }
    }
}
