using System.Globalization;
using Navigator.Servers;
using Navigator.Upstreams;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

/// <summary>Load running, a fault, healing, draining; then the checker. Every choice comes from a seed, which is printed.</summary>
public abstract class Scenario(FaultServers servers, ITestOutputHelper output) : IClassFixture<FaultServers>
{
    /// <summary>make faults: longer faults under more load. Unset: the short form of dotnet test.</summary>
    public static bool Long { get; } = Environment.GetEnvironmentVariable("NAVIGATOR_FAULTS") == "long";

    internal static readonly int Seed =
        Environment.GetEnvironmentVariable("NAVIGATOR_FAULTS_SEED") is { Length: > 0 } seed
        ? int.Parse(seed, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    /// <summary>Seconds in the short form, and in the long one.</summary>
    protected static TimeSpan Seconds(double inShort, double inLong) => TimeSpan.FromSeconds(Long ? inLong : inShort);

    /// <summary>
    /// Beyond any limit. The short form runs beside other tests on whatever machine there is, where a process that was just started is
    /// compiled for seconds: it tells what hangs from what ends. The long form holds to the promise itself, and grants what two processors
    /// need that start processes meanwhile.
    /// </summary>
    internal static TimeSpan Slack { get; } = TimeSpan.FromSeconds(Long ? 2 : 15);

    /// <summary>Quicker than in production, in proportion: a scenario has seconds where operations have minutes.</summary>
    private static readonly (string Key, string Value)[] Quicker =
    [
        // Processes that live for seconds do not count what would be worth compiling better.
        ("DOTNET_TieredPGO", "0"),
        // A busy machine is slow, and that a small model is late is for the tests that are about it.
        .. new[] { ("Upstreams__moderations__Timeout", "20s"), ("Upstreams__plans__Timeout", "20s"), ("Upstreams__translations__Timeout", "20s"),
            ("Intake__Screen", "20s"), ("Intake__Plan", "20s"), ("Intake__Translate", "20s"), ("Queues__prepare-question__Timeout", "60s"),
            ("Job__Deadline", "1m"), ("Job__Lease", "3s"), ("Job__EnqueueGrace", "2s"), ("Canary__Interval", "1d") }
            .Select(limit => ($"Concurrency__{limit.Item1}", limit.Item2)),
    ];

    protected FaultServers Servers => servers;

    /// <summary>What a scenario can touch.</summary>
    internal sealed record Stage(Deployment System, Load Load, History History, Random Random);

    /// <summary>
    /// Runs a scenario on the thread pool: the test runner's own context has as many threads as tests run at once, and a thousand callers
    /// and the lines between would wait for that one, and be taken for a system that is late.
    /// </summary>
    /// <param name="break">From the first fault to the last healing.</param>
    /// <param name="maxCalls">Model calls that one question may cost: attempts × tries of the policy, unless a fault costs fewer.</param>
    internal Task Run(
        Func<Stage, Task> @break, int apis = 1, int workers = 2, string? apiFailPoint = null, string? workerFailPoint = null, int maxCalls = 6,
        double? shortDeadline = null, Behaviour? answers = null, Action<Stage>? after = null, BreakableServers? on = null,
        params (string Key, string Value)[] settings) =>
        Task.Run(() => RunHere(@break, apis, workers, apiFailPoint, workerFailPoint, maxCalls, shortDeadline, answers, after, on, settings));

    private async Task RunHere(
        Func<Stage, Task> @break, int apis, int workers, string? apiFailPoint, string? workerFailPoint, int maxCalls, double? shortDeadline,
        Behaviour? answers, Action<Stage>? after, BreakableServers? on, (string Key, string Value)[] settings)
    {
        output.WriteLine($"NAVIGATOR_FAULTS_SEED={Seed}{(Long ? " NAVIGATOR_FAULTS=long" : "")}");
        var random = new SharedRandom(Seed);
        var used = on ?? await servers.Start();
        await using var system = await Deployment.Start(used, apis, workers, apiFailPoint, workerFailPoint, [.. Quicker, .. settings]);
        system.Upstreams.Set("answers", answers ?? new Behaviour { LatencyMs = 100 });
        var history = new History();
        await using var load = new Load(system.Url, history, random) { PerSecond = Long ? 40 : 15, ShortDeadline = shortDeadline };
        var stage = new Stage(system, load, history, random);

        // Compiled, and connected to everything: what is looked at is how it bears the fault, not how it starts. Fail points count calls.
        if ((apiFailPoint, workerFailPoint, answers) is (null, null, null))
            await using (var first = new Load(system.Url, new History(), random))
                await first.Burst(10);
        load.Begin();
        await Task.Delay(Seconds(1.5, 5));
        await @break(stage);
        await Task.Delay(Seconds(1.5, 10));
        await load.End(TimeSpan.FromSeconds(Long ? 75 : 120));
        await system.UntilWhole();
        var burst = await load.Burst(Long ? 100 : 30);
        await load.ReadAgain(history.Jobs);

        output.WriteLine($"{history.Summary()}; afterwards {(Long ? 100 : 30)} at once took {burst.TotalSeconds:0.0} s");
        var violations = Checker.Check(
            history, await LedgerRow.ReadPostgres(system.Database), system.Upstreams.CallsPerCase("answers"), maxCalls, Slack);
        Assert.True(
            violations.Count == 0,
            $"seed {Seed}, {violations.Count} violations:\n{string.Join('\n', violations.Take(20))}\n{used.LastWords()}");
        Assert.True(burst < Seconds(90, 20), $"I6: {burst} for a burst after healing");
        after?.Invoke(stage);
    }
}

/// <summary>
/// A set of servers that may be broken, for each class of scenarios. The first scenario that is not skipped starts it, because a class of
/// which all are skipped needs none.
/// </summary>
public sealed class FaultServers : IAsyncLifetime
{
    private static int sets;

    private readonly int number = Interlocked.Increment(ref sets);
    private BreakableServers? started;

    public BreakableServers Servers => started ?? throw new InvalidOperationException("No scenario has started the servers.");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task<BreakableServers> Start() => started ??= await BreakableServers.Start($"faults{number}", 28_000 + 60 * number);

    public async Task DisposeAsync()
    {
        if (started is not null)
            await started.DisposeAsync();
    }
}

/// <summary>A fact that needs servers of its own to break.</summary>
public sealed class FaultFactAttribute : FactAttribute
{
    /// <param name="longOnly">Not with every <c>dotnet test</c>, which must end in time: what it breaks is much like what another breaks.</param>
    public FaultFactAttribute(bool longOnly = false) => Skip = Reason(longOnly);

    internal static string? Reason(bool longOnly) =>
        BreakableServers.Missing ?? (longOnly && !Scenario.Long ? "In the long form of the suite only: make faults." : null);
}

/// <inheritdoc cref="FaultFactAttribute"/>
public sealed class FaultTheoryAttribute : TheoryAttribute
{
    public FaultTheoryAttribute(bool longOnly = false) => Skip = FaultFactAttribute.Reason(longOnly);
}
