using System.CommandLine;
using Navigator.Endurance;
using Navigator.Servers;

// A whole Navigator (API, two workers, RabbitMQ, PostgreSQL, stand-ins for the models and Tavily, Prometheus with the shipped alerts) under load
// for hours. The report with its pictures is in artifacts/endurance. The exit code is 0 when the promise held: every accepted job ended once,
// in time. Ctrl+C ends the run early and writes the report all the same.
//   dotnet run -c Release --project tests/Endurance -- --hours 2
var hours = new Option<double>("--hours") { Description = "How long. With --minutes: both together." };
var minutes = new Option<double>("--minutes") { Description = "How long; 20 when neither is given." };
var faults = new Option<string>("--faults")
{
    Description = "random: chosen by the seed; none: a healthy system, in which any alert that fires fails the run; named: one after the other, "
        + "to see which alert or line of doctor names each within a minute.",
    DefaultValueFactory = _ => "random",
}.AcceptOnlyFromAmong("random", "none", "named");
var only = new Option<string[]>("--only")
{
    Description = "Of the named faults, those whose name contains one of these.",
    AllowMultipleArgumentsPerToken = true,
};
var rate = new Option<double>("--rate") { Description = "Questions a second.", DefaultValueFactory = _ => 10 };
var seed = new Option<int?>("--seed") { Description = "Of the faults and of the arrivals; another one every time when it is not given." };
var folder = new Option<DirectoryInfo>("--out")
{
    Description = "The report's folder.",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(ServerSet.Root, "artifacts", "endurance")),
};
var root = new RootCommand("Load, faults and memory over hours.") { hours, minutes, faults, only, rate, seed, folder };
root.SetAction(async (parsed, token) =>
{
    if (BreakableServers.Missing is { } missing)
    {
        await Console.Error.WriteLineAsync(missing);
        return 2;
    }
    var length = TimeSpan.FromHours(parsed.GetValue(hours)) + TimeSpan.FromMinutes(parsed.GetValue(minutes));
    var wanted = new Wanted(
        length > TimeSpan.Zero ? length : TimeSpan.FromMinutes(20), parsed.GetValue(rate), parsed.GetValue(seed) ?? Random.Shared.Next(1, 1_000_000),
        parsed.GetValue(faults) == "random", parsed.GetValue(folder)!);
    wanted.Folder.Create();
    // By itself it ends in time; if it does not, this ends it.
    return parsed.GetValue(faults) == "named"
        ? await NamedRun.Run(wanted, parsed.GetValue(only) ?? [], token).WaitAsync(TimeSpan.FromHours(3), CancellationToken.None)
        : await EnduranceRun.Run(wanted, token).WaitAsync(wanted.Length + TimeSpan.FromMinutes(30), CancellationToken.None);
});
// The report is written after Ctrl+C: the callers that wait have three minutes, and the processes two.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });
