using Navigator.Upstreams;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Limits;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>An upstream that fails again and again is left alone for a while.</summary>
public sealed class RestTests
{
    private static readonly UpstreamLimits Limits = Policies.With(("Upstreams:plans:RestAfter", "3"), ("Upstreams:plans:Rest", "10s"))
        .ForUpstream("plans");

    [Fact]
    public void So_many_failures_in_a_row_begin_a_rest_and_one_call_tries_when_it_is_over()
    {
        var clock = new FakeTimeProvider();
        var rest = new UpstreamRest(clock);

        Assert.False(rest.Report(Limits, failed: true));
        Assert.False(rest.Report(Limits, failed: true));
        Assert.False(rest.Report(Limits, failed: false));
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => rest.Report(Limits, failed: true)));
        Assert.True(rest.IsOn(Limits));

        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.False(rest.IsOn(Limits));
        Assert.True(rest.IsOn(Limits));
        Assert.False(rest.Report(Limits, failed: true));
        Assert.True(rest.IsOn(Limits));

        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.False(rest.IsOn(Limits));
        rest.Report(Limits, failed: false);
        Assert.False(rest.IsOn(Limits));
    }

    [Fact]
    public void An_upstream_without_that_number_never_rests()
    {
        var (rest, limits) = (new UpstreamRest(new FakeTimeProvider()), Policies.With().ForUpstream("answers"));

        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(rest.Report(limits, failed: true)));
        Assert.False(rest.IsOn(limits));
    }

    [Fact]
    public async Task A_planner_that_is_down_costs_its_time_only_until_it_rests()
    {
        await using var agents = await ModelledAgents.Start();
        static ConcurrencyPolicy Waiting(int ms) => Policies.With(
            ("Upstreams:plans:Timeout", $"{ms}ms"), ("Intake:Plan", $"{ms}ms"), ("Upstreams:plans:RestAfter", "3"),
            ("Upstreams:plans:Rest", "2s"));
        agents.Policy.Replace(Waiting(700));
        agents.Server.Set("plans", new Behaviour { Fault = Fault.BlackHole });
        var planner = agents.Planner();

        for (var i = 0; i < 20; i++)
            Assert.Equal("rules", (await Plan()).By);
        Assert.Equal(3, agents.Server.CallsOf("plans"));

        agents.Server.Set("plans", new Behaviour());
        agents.Policy.Replace(Waiting(10_000));
        await Task.Delay(2_100);
        Assert.Equal("gpt-4o-mini", (await Plan()).By);
        Assert.Equal("gpt-4o-mini", (await Plan()).By);

        async Task<Navigator.Storage.Ledger.JobPlan> Plan() =>
            (await planner.Plan(new Wish("How much is an ambulance?", null, "en", Shipped.WithoutWeb, []), ModelledAgents.Patience, default)).Plan;
    }
}
