using System.Globalization;
using System.Text;
using System.Text.Json;
using Navigator.EndToEnd.Tests;
using Navigator.Faults.Tests;
using Navigator.Servers;

namespace Navigator.Endurance;

/// <summary>
/// One deliberate fault after the other, under load: which alert of Prometheus, or which line of doctor, names it within a minute? A pending
/// alert counts only if it has to last longer than that minute before it may fire.
/// </summary>
internal sealed class NamedRun(WholeSystem system)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What an earlier fault left is to be gone before the next: an alert looks back over minutes.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(4);

    /// <summary>What names something now: an alert or a check, and its text.</summary>
    private sealed record Sign(string Name, string Text);

    /// <returns>1 if nothing named some fault.</returns>
    public static async Task<int> Run(Wanted wanted, IReadOnlyList<string> only, CancellationToken token)
    {
        await using var system = await WholeSystem.Start(token);
        await using var callers = system.Callers(new History(), new SharedRandom(wanted.Seed), wanted.PerSecond);
        callers.Begin();
        var (run, all) = (new NamedRun(system), new List<Named>());
        try
        {
            foreach (var fault in NamedFaults.All.Where(fault =>
                only.Count == 0 || only.Any(part => fault.Name.Contains(part, StringComparison.OrdinalIgnoreCase))))
            {
                all.Add(await run.Watch(fault, token));
                Console.WriteLine(FormattableString.Invariant($"{all[^1].After.TotalSeconds,4:0} s  {fault.Name}: {all[^1].By ?? "NOTHING"}"));
                await Write(wanted, all);
            }
        }
        catch (Exception) when (token.IsCancellationRequested)
        {
            // A terminal's Ctrl+C goes to Prometheus and to doctor too.
            Console.WriteLine("ended early");
        }
        await callers.End(TimeSpan.FromSeconds(30));
        return all.Count > 0 && all.TrueForAll(named => named.By is not null) ? 0 : 1;
    }

    private async Task<Named> Watch(NamedFault fault, CancellationToken token)
    {
        var before = await Quiet(fault, token);
        var began = TimeProvider.System.GetTimestamp();
        await fault.Break(system);
        var seen = new Dictionary<string, Sign>();
        TimeSpan After() => TimeProvider.System.GetElapsedTime(began);
        string? Found() => fault.NamedBy.Select(name => seen.GetValueOrDefault(name)?.Text).FirstOrDefault(text => text is not null);
        try
        {
            // Doctor takes seconds where a server hangs: alerts are looked at meanwhile.
            for (var doctor = Doctor(fault); After() < Limit && Found() is null; await Task.Delay(500, token))
            {
                var signs = await Alerts();
                if (doctor.IsCompleted)
                {
                    signs = [.. signs, .. await doctor];
                    doctor = Doctor(fault);
                }
                // A line that was there before, and says something else now, names the fault too: a server's own pgvector may be old.
                foreach (var sign in signs.Where(sign => before.GetValueOrDefault(sign.Name) != sign.Text))
                    seen[sign.Name] = sign;
            }
            return new Named(fault.Name, Found(), After(), [.. seen.Keys.Except(fault.NamedBy)]);
        }
        finally
        {
            await fault.Mend(system);
            await Heal();
        }
    }

    /// <summary>Waits until nothing of what is to name the fault is there already. Returns what is there.</summary>
    private async Task<Dictionary<string, string>> Quiet(NamedFault fault, CancellationToken token)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ; await Task.Delay(TimeSpan.FromSeconds(2), token))
        {
            IEnumerable<Sign> signs = [.. await Alerts(pendingToo: true), .. await Doctor(null)];
            var there = signs.GroupBy(sign => sign.Name).ToDictionary(same => same.Key, same => same.First().Text);
            if (!fault.NamedBy.Any(there.ContainsKey) || TimeProvider.System.GetElapsedTime(began) > Calm)
                return there;
        }
    }

    private async Task Heal()
    {
        await system.Deployment.StartEnded();
        try
        {
            await system.Deployment.UntilRunning();
        }
        catch (InvalidOperationException error)
        {
            Console.WriteLine($"        {error.Message}");
        }
        // What was killed is remembered for ten minutes.
        await system.Deployment.Execute("DELETE FROM process WHERE seen_at < now() - interval '8 seconds'");
    }

    private async Task<IReadOnlyList<Sign>> Alerts(bool pendingToo = false) =>
    [
        .. (await system.Prometheus.Alerts()).Where(alert => alert.Fires || pendingToo || alert.For > Limit)
            .Select(alert => new Sign(alert.Name, alert.Fires
                ? $"alert {alert.Name} fires"
                : string.Create(CultureInfo.InvariantCulture, $"alert {alert.Name} is pending (it fires after {alert.For.TotalMinutes:0} min)"))),
    ];

    /// <summary>What doctor complains about, with a worker's settings.</summary>
    private async Task<IReadOnlyList<Sign>> Doctor(NamedFault? fault)
    {
        var environment = system.Deployment.WorkerEnvironment();
        environment["NAVIGATOR_URL"] = $"http://{system.Deployment.ApiAddresses[0]}";
        environment["NAVIGATOR_KEY"] = NavigatorDatabase.Key;
        foreach (var (key, value) in fault?.Doctor ?? [])
            environment[key] = value;
        NavigatorCommand run;
        try
        {
            run = await NavigatorCommand.Run(environment, "doctor", "--json");
        }
        catch (TimeoutException)
        {
            return []; // a minute is over
        }
        using var found = JsonDocument.Parse(run.Output);
        return
        [
            .. found.RootElement.GetProperty("checks").EnumerateArray().Where(check => check.GetProperty("outcome").GetString() != "ok")
                .Select(check => (Name: check.GetProperty("check").GetString()!, Found: check.GetProperty("found").GetString()!,
                    Outcome: check.GetProperty("outcome").GetString()))
                .Select(check => new Sign(check.Name, $"doctor: {check.Outcome} `{check.Name}` {check.Found}")),
        ];
    }

    private static async Task Write(Wanted wanted, List<Named> all)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {all.Count} deliberate faults, {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC");
        text.AppendLine();
        text.AppendLine(
            "Named by an alert or by a line of `navigator doctor` within 60 s. A pending alert counts only if its `for` is longer than that.");
        text.AppendLine();
        text.AppendLine("| fault | named by | after | also |\n|---|---|---|---|");
        foreach (var named in all)
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {named.Fault} | {named.By ?? "**nothing**"} | {named.After.TotalSeconds:0} s | {string.Join(", ", named.Others)} |");
        await File.WriteAllTextAsync(Path.Combine(wanted.Folder.FullName, "faults.md"), text.ToString());
    }
}
