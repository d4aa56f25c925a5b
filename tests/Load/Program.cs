using System.CommandLine;
using System.Globalization;
using Navigator.Load;

// Load on a whole Navigator (API, workers, RabbitMQ, PostgreSQL, a stand-in for the models), with open-loop arrivals: people
// come whatever the system does, and a latency counts from when the question was to be asked, not from when there was room to.
//   dotnet run -c Release --project tests/Load -- quadruple --seconds 60 --out run.json
//   dotnet run -c Release --project tests/Load -- quadruple --compare run.json        exit code 1 when 20 % worse, or nothing answered
var scenario = new Argument<string>("scenario") { Description = $"{string.Join(", ", Scenario.All.Keys)}, fair, floor, screening" };
var seconds = new Option<int>("--seconds") { Description = "How long, after warming up.", DefaultValueFactory = _ => 30 };
var count = new Option<int>("--count") { Description = "How many, for concurrent, people and saturate.", DefaultValueFactory = _ => 500 };
var workers = new Option<int>("--workers") { Description = "Worker processes.", DefaultValueFactory = _ => 1 };
var embeddings = new Option<int>("--embeddings") { Description = "Latency of the embedding model, ms.", DefaultValueFactory = _ => 60 };
var answers = new Option<int>("--answers") { Description = "Latency of the answer model, ms.", DefaultValueFactory = _ => 500 };
var tavily = new Option<int>("--tavily") { Description = "Latency of Tavily, ms.", DefaultValueFactory = _ => 300 };
var small = new Option<int?>("--small") { Description = "Latency of the models that screen and plan, ms; without it rules do their work." };
var queues = new Option<string>("--queues") { Description = "Type of the broker's queues: quorum or classic.", DefaultValueFactory = _ => "quorum" };
var floor = new Option<bool>("--floor") { Description = "Measure what broker and database do alone, right after, and print the ratio." };
var outFile = new Option<FileInfo?>("--out") { Description = "Write the run as JSON." };
var compare = new Option<FileInfo?>("--compare")
{
    Description =
    "A stored run; the exit code is 1 when this one is worse by more than --tolerance."
};
var tolerance = new Option<double>("--tolerance") { DefaultValueFactory = _ => 0.2 };
var root = new RootCommand("Load on a whole Navigator.") { scenario, seconds, count, workers, embeddings, answers, tavily, small, queues, floor,
    outFile, compare, tolerance };
root.SetAction(async (parsed, token) =>
{
    var name = parsed.GetValue(scenario)!;
    if (name == "floor")
    {
        await Floor.Measure(TimeSpan.FromSeconds(parsed.GetValue(seconds)), token);
        return 0;
    }
    if (name == "screening")
        return Screening.Measure() ? 0 : 1;
    Func<Wanted, Scenario>? make = null;
    if (name != "fair" && !Scenario.All.TryGetValue(name, out make))
    {
        await Console.Error.WriteLineAsync(
            $"There is no scenario '{name}'. There are: {string.Join(", ", Scenario.All.Keys)}, fair, floor, screening.");
        return 2;
    }
    await using var system = await SystemUnderLoad.Start(parsed.GetValue(workers), parsed.GetValue(embeddings), parsed.GetValue(answers),
        parsed.GetValue(tavily), parsed.GetValue(small), parsed.GetValue(queues)!);
    if (make is null)
        return await Fair.Measure(system, TimeSpan.FromSeconds(parsed.GetValue(seconds)), token) <= 1.5 ? 0 : 1;
    var report = await make(new Wanted(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(count))).Run(name, system, token);
    report.Print();
    if (report.Answered == 0)
        return 1;
    if (parsed.GetValue(floor))
    {
        var (messages, rows) = await Floor.Measure(TimeSpan.FromSeconds(8), token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"so {report.AnsweredPerSecond / (messages / 5):0.00} of five hops, {report.AnsweredPerSecond / rows:0.00} of a row"));
    }
    if (parsed.GetValue(outFile) is { } file)
        report.Write(file);
    return parsed.GetValue(compare) is { } stored ? report.Compare(Report.Read(stored), parsed.GetValue(tolerance)) : 0;
});
return await root.Parse(args).InvokeAsync();
