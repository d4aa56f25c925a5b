using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Upstreams;
using Navigator.Workers.Intake.Planning;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>Calls to an upstream, behind its circuit breaker.</summary>
public sealed class UpstreamBreakerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LivePolicy policy = Policies.Live(("Upstreams:plans:RatePerMinute", ""), ("Upstreams:answers:RatePerMinute", ""));
    private readonly SqliteDatabase database = SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(64, 1, Patience, 0));
    private readonly CircuitBreakers breakers;

    public UpstreamBreakerTests() => breakers = Policies.Breakers(policy);

    [Theory]
    [InlineData(UpstreamFailure.Unavailable, true)]
    [InlineData(UpstreamFailure.Invalid, true)]
    [InlineData(UpstreamFailure.Rejected, false)]
    [InlineData(UpstreamFailure.Filtered, false)]
    public async Task What_is_the_upstreams_fault_opens_the_circuit_and_what_is_the_requests_does_not(UpstreamFailure failure, bool opens)
    {
        var call = Call("plans");
        for (var i = 0; i < 5; i++)
            await Fail(call, failure);

        Assert.Equal(opens, breakers.Of("plans").Now.State == CircuitState.Open);
    }

    [Fact]
    public async Task While_the_circuit_is_open_nothing_is_called_and_the_caller_is_told_why()
    {
        var call = Call("plans");
        for (var i = 0; i < 5; i++)
            await Fail(call, UpstreamFailure.Unavailable);

        Assert.False(call.IsAdmitted);
        var error = await Assert.ThrowsAsync<UpstreamException>(() => call.Run(_ => Task.FromResult(0), Patience, default));
        Assert.Equal(("the circuit is open after repeated failures", true), (error.Reason, error.IsFinal));
    }

    [Fact]
    public async Task An_upstream_without_a_breaker_is_always_called()
    {
        policy.Replace(Policies.With(("Upstreams:answers:RatePerMinute", ""), ("Upstreams:answers:Tries", "1")));
        var call = Call("answers");
        for (var i = 0; i < 100; i++)
            await Fail(call, UpstreamFailure.Unavailable);

        Assert.Equal(7, await call.Run(_ => Task.FromResult(7), Patience, default));
    }

    [Fact]
    public async Task A_caller_who_does_not_wait_gives_the_permit_of_a_probe_back()
    {
        var clock = new FakeTimeProvider();
        var withClock = Policies.Breakers(policy, clock);
        var breaker = withClock.Of("plans");
        for (var i = 0; i < 5; i++)
            breaker.Report(breaker.TryEnter()!.Value, CallOutcome.Failed);
        clock.Advance(TimeSpan.FromSeconds(10));
        var call = Call("plans", withClock);
        using var gone = new CancellationTokenSource();

        var asked = call.Run<int>(
            async token =>
            {
                await gone.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            Patience, gone.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal((CircuitState.HalfOpen, 0), (breaker.Now.State, breaker.Now.ProbesInFlight));
    }

    [Fact]
    public async Task A_planner_that_is_down_costs_its_time_only_until_its_circuit_opens()
    {
        await using var agents = await ModelledAgents.Start();
        static ConcurrencyPolicy Waiting(int ms) => Policies.With(
            ("Upstreams:plans:Timeout", $"{ms}ms"), ("Intake:Plan", $"{ms}ms"), ("Upstreams:plans:Breaker:FailureThreshold", "3"),
            ("Upstreams:plans:Breaker:BreakDuration", "2s"));
        var planner = agents.Planner();
        // The first call of a process takes long, and a call that does not arrive in time is not counted by the server.
        agents.Policy.Replace(Waiting(20_000));
        Assert.Equal("gpt-4o-mini", (await Plan()).By);
        agents.Policy.Replace(Waiting(700));
        agents.Server.Set("plans", new Behaviour { Fault = Fault.BlackHole });

        for (var i = 0; i < 20; i++)
            Assert.Equal("rules", (await Plan()).By);
        Assert.Equal(1 + 3, agents.Server.CallsOf("plans"));

        agents.Server.Set("plans", new Behaviour());
        agents.Policy.Replace(Waiting(10_000));
        await Task.Delay(2_100);
        Assert.Equal("gpt-4o-mini", (await Plan()).By);
        Assert.Equal("gpt-4o-mini", (await Plan()).By);

        async Task<JobPlan> Plan() =>
            (await planner.Plan(
                new PlanningRequest("How much is an ambulance?", null, "en", Shipped.WithoutWeb, []), ModelledAgents.Patience, default)).Plan;
    }

    public void Dispose() => database.Dispose();

    private UpstreamCall Call(string upstream, CircuitBreakers? others = null) => new(
        upstream, policy, new LimitRegistry(policy, TimeProvider.System), others ?? breakers, new SqliteRateLimits(database, TimeProvider.System),
        TimeProvider.System);

    private static async Task Fail(UpstreamCall call, UpstreamFailure failure) => Assert.Equal(
        failure,
        (await Assert.ThrowsAsync<UpstreamException>(() => call.Run<int>(
            _ => throw new UpstreamException("any", failure, "as it is told"), Patience, default))).Failure);
}
