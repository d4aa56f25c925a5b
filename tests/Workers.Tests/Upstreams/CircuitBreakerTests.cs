using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>The breaker with the limits that ship for web search: 5 failures, 30 s, 3 probes.</summary>
public class CircuitBreakerTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly CircuitBreaker breaker;
    private BreakerLimits? limits = Policies.With().ForUpstream("tavily").Breaker;

    public CircuitBreakerTests() => breaker = new CircuitBreaker("tavily", () => limits, clock, NullLogger<CircuitBreaker>.Instance);

    [Fact]
    public void Five_failures_in_a_row_open_it_and_four_do_not()
    {
        Call(CallOutcome.Failed, 4);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);
        Call(CallOutcome.Succeeded);
        Call(CallOutcome.Failed, 4);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);

        Call(CallOutcome.Failed);

        Assert.Equal(CircuitState.Open, breaker.Now.State);
        Assert.Null(breaker.TryEnter());
    }

    [Fact]
    public void A_call_that_was_not_made_is_no_evidence()
    {
        Call(CallOutcome.Failed, 4);
        Call(CallOutcome.Inconclusive, 10);
        Call(CallOutcome.Failed);

        Assert.Equal(CircuitState.Open, breaker.Now.State);
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
        Assert.Equal(CircuitState.HalfOpen, breaker.Now.State);

        breaker.Report(probes[0]!.Value, CallOutcome.Succeeded);
        breaker.Report(probes[1]!.Value, CallOutcome.Succeeded);
        Assert.Null(breaker.TryEnter());
        breaker.Report(probes[2]!.Value, CallOutcome.Succeeded);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);
    }

    [Fact]
    public void A_probe_that_fails_opens_it_again_for_another_thirty_seconds()
    {
        Open();
        clock.Advance(TimeSpan.FromSeconds(30));
        Call(CallOutcome.Succeeded, 2);
        Call(CallOutcome.Failed);

        Assert.Equal(CircuitState.Open, breaker.Now.State);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(breaker.TryEnter());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(breaker.TryEnter());
    }

    [Fact]
    public void A_probe_that_was_not_made_gives_its_permit_back()
    {
        Open();
        clock.Advance(TimeSpan.FromSeconds(30));

        Call(CallOutcome.Inconclusive, 20);
        Assert.Equal(CircuitState.HalfOpen, breaker.Now.State);
        Call(CallOutcome.Succeeded, 3);

        Assert.Equal(CircuitState.Closed, breaker.Now.State);
    }

    [Fact]
    public void What_a_call_of_an_earlier_state_found_is_ignored()
    {
        var slow = breaker.TryEnter()!.Value;
        Open();
        clock.Advance(TimeSpan.FromSeconds(30));
        var probe = breaker.TryEnter()!.Value;

        breaker.Report(slow, CallOutcome.Failed);
        Assert.Equal(CircuitState.HalfOpen, breaker.Now.State);
        breaker.Report(slow, CallOutcome.Succeeded);
        Call(CallOutcome.Succeeded, 2);
        Assert.Equal(CircuitState.HalfOpen, breaker.Now.State);
        breaker.Report(probe, CallOutcome.Succeeded);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);
    }

    [Fact]
    public void Changed_limits_are_in_force_at_once()
    {
        Call(CallOutcome.Failed, 2);
        limits = limits! with { FailureThreshold = 3, BreakDuration = TimeSpan.FromSeconds(60) };
        Call(CallOutcome.Failed);
        Assert.Equal(CircuitState.Open, breaker.Now.State);

        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(breaker.TryEnter());
        limits = limits with { BreakDuration = TimeSpan.FromSeconds(10) };
        Call(CallOutcome.Succeeded, 2);
        Assert.Equal(CircuitState.HalfOpen, breaker.Now.State);

        // Two have succeeded, and two are enough now: there is no third probe that could close it.
        limits = limits with { HalfOpenProbes = 2 };
        Call(CallOutcome.Succeeded);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);
    }

    [Fact]
    public void A_breaker_that_is_taken_away_lets_every_call_through_and_begins_closed_when_it_is_back()
    {
        Open();
        var configured = limits;

        limits = null;
        Assert.False(breaker.IsConfigured);
        Assert.True(breaker.Admits);
        Call(CallOutcome.Failed, 100);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);

        limits = configured;
        Call(CallOutcome.Failed, 4);
        Assert.Equal(CircuitState.Closed, breaker.Now.State);
        Call(CallOutcome.Failed);
        Assert.Equal(CircuitState.Open, breaker.Now.State);
    }

    [Fact]
    public void Each_provider_of_an_upstream_has_a_breaker_of_its_own_and_the_same_name_the_same_one()
    {
        var breakers = Policies.Breakers(Policies.Live());

        Assert.Same(breakers.Of("plans"), breakers.Of("plans"));
        Assert.NotSame(breakers.Of("translations", "translations/a"), breakers.Of("translations", "translations/b"));
        _ = breakers.Of("answers");
        Assert.Equal(["plans", "translations/a", "translations/b"], breakers.Configured.Select(each => each.Name));
        Assert.Throws<StartupException>(() => breakers.Of("oracle"));
    }

    private void Open()
    {
        Call(CallOutcome.Failed, 5);
        Assert.Equal(CircuitState.Open, breaker.Now.State);
    }

    private void Call(CallOutcome outcome, int times = 1)
    {
        for (var i = 0; i < times; i++)
            breaker.Report(breaker.TryEnter()!.Value, outcome);
    }
}
