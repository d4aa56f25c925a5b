using Navigator.Faults.Tests;

namespace Navigator.Endurance;

/// <summary>What a run is to be.</summary>
internal sealed record Wanted(TimeSpan Length, double PerSecond, int Seed, bool Faults, DirectoryInfo Folder);

/// <summary>What a run was, for its report.</summary>
/// <param name="Broken">Why the promise did not hold, a line each; empty when it did.</param>
internal sealed record Outcome(
    Wanted Wanted, DateTimeOffset From, DateTimeOffset To, History History, Measurements Measured, IReadOnlyList<FaultMoment> Faults,
    IReadOnlyList<string> Broken);

/// <summary>Load, faults, healing; then the fault suite's checker over all that the callers saw.</summary>
internal static class EnduranceRun
{
    /// <summary>Beyond any limit, as in the short form of the fault suite: processes are started again and again on a machine that is busy.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    /// <summary>For the last callers: a job's deadline is two minutes.</summary>
    private static readonly TimeSpan LastJobs = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(10);

    /// <summary>Model calls that one question may cost: attempts × tries of concurrency.yaml.</summary>
    private const int MaxCalls = 6;

    public static async Task<int> Run(Wanted wanted, CancellationToken token)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{wanted.Length.TotalMinutes:0.#} min, {wanted.PerSecond} questions a second, seed {wanted.Seed}; Ctrl+C ends it"));
        await using var system = await WholeSystem.Start(token);
        var (random, history) = (new SharedRandom(wanted.Seed), new History());
        // Compiled and connected before anything is measured.
        await using (var first = system.Callers(new History(), random, wanted.PerSecond))
            await first.Burst(20);

        await using var callers = system.Callers(history, random, wanted.PerSecond);
        var faults = new RandomFaults(system, history, new Random(wanted.Seed));
        var measured = new Measurements(system, TimeSpan.FromSeconds(Math.Clamp(wanted.Length.TotalSeconds / 1_000, 1, 5)));
        using var done = new CancellationTokenSource();
        var (from, measuring) = (DateTimeOffset.UtcNow, measured.Run(done.Token));
        callers.Begin();
        var broken = new List<string>();
        try
        {
            await (wanted.Faults ? faults.Run(wanted.Length, token) : Task.Delay(wanted.Length, token));
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            Console.WriteLine("ended early; waiting for the last jobs");
            // A terminal's Ctrl+C goes to all processes. They need some seconds to end, and are started again for the last jobs.
            await Task.Delay(Ending, CancellationToken.None);
            await system.Deployment.StartEnded();
        }
        await callers.End(LastJobs);
        broken.AddRange(await Heal(system));
        await done.CancelAsync();
        await measuring;
        await callers.ReadAgain(history.Jobs);
        broken.AddRange(Checker.Check(
            history, await LedgerRow.ReadPostgres(system.Deployment.Database), system.Deployment.Upstreams.CallsPerCase("answers"), MaxCalls, Slack));
        if (history.Ends.All(end => end.Status != "answered"))
            broken.Add("no question was answered");
        if (!wanted.Faults)
            broken.AddRange(measured.Fired.Select(alert => $"{alert.Key} fired on a healthy system"));

        var report = await Report.Write(new Outcome(wanted, from, DateTimeOffset.UtcNow, history, measured, faults.Moments, broken));
        Console.WriteLine($"{history.Summary()}\n{(broken.Count == 0 ? "the promise held" : string.Join('\n', broken.Take(20)))}\n{report}");
        return broken.Count == 0 ? 0 : 1;
    }

    /// <summary>Waits until everything is as at the beginning. Returns what is not.</summary>
    private static async Task<IReadOnlyList<string>> Heal(WholeSystem system)
    {
        try
        {
            await system.Deployment.UntilWhole();
            return [];
        }
        catch (InvalidOperationException error)
        {
            return [error.Message];
        }
    }
}
