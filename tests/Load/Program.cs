using System.CommandLine;
using System.Globalization;
using Navigator.Load;

// Load on a whole Navigator (API, workers, RabbitMQ, PostgreSQL, a stand-in for the models), with open-loop arrivals: people
// come whatever the system does, and a latency counts from when the question was to be asked, not from when there was room to.
//   dotnet run -c Release --project tests/Load -- quadruple --seconds 60 --out before.json
//   dotnet run -c Release --project tests/Load -- quadruple --seconds 60 --out after.json --compare before.json
// Each run is added to its file. Two builds that take turns, three times say, are compared by the medians of their runs; the exit code is 1
// when the later one is 20 % worse, when any process takes 5 % more processor time a job, or when nothing was answered.
var scenario = new Argument<string>("scenario") { Description = $"{string.Join(", ", Scenario.All.Keys)}, fair, floor, retrieval, screening" };
var seconds = new Option<int>("--seconds") { Description = "How long, after warming up.", DefaultValueFactory = _ => 30 };
var count = new Option<int>("--count") { Description = "How many, for concurrent, people and saturate.", DefaultValueFactory = _ => 500 };
var workers = new Option<int>("--workers") { Description = "Worker processes; 0: embedded, one process on a file.", DefaultValueFactory = _ => 1 };
var embeddings = new Option<int>("--embeddings") { Description = "Latency of the embedding model, ms.", DefaultValueFactory = _ => 60 };
var answers = new Option<int>("--answers") { Description = "Latency of the answer model, ms.", DefaultValueFactory = _ => 500 };
var tavily = new Option<int>("--tavily") { Description = "Latency of Tavily, ms.", DefaultValueFactory = _ => 300 };
var small = new Option<int?>("--small") { Description = "Latency of the models that screen and plan, ms; without it rules do their work." };
var queues = new Option<string>("--queues") { Description = "Type of the broker's queues: quorum or classic.", DefaultValueFactory = _ => "quorum" };
var data = new Option<string?>("--data") { Description = "Embedded, the directory of the file; without it everything is in memory." };
var passages = new Option<int>("--passages") { Description = "Upload made-up documents first, until there are so many passages." };
var floor = new Option<bool>("--floor") { Description = "Measure what broker and database do alone, right after, and print the ratio." };
var outFile = new Option<FileInfo?>("--out") { Description = "Add the run to this file of runs." };
var compare = new Option<FileInfo?>("--compare")
{
    Description = "A file of runs of another build. The exit code is 1 when the median of the runs of --out is worse.",
};
var tolerance = new Option<double>("--tolerance") { Description = "Of rates and latencies.", DefaultValueFactory = _ => 0.2 };
var processorTolerance = new Option<double>("--processor-tolerance")
{
    Description = "Of each process's time a job.",
    DefaultValueFactory = _ => 0.05,
};
var root = new RootCommand("Load on a whole Navigator.") { scenario, seconds, count, workers, embeddings, answers, tavily, small, queues,
    data, passages, floor, outFile, compare, tolerance, processorTolerance };
root.SetAction(async (parsed, token) =>
{
    try
    {
        return await Run(parsed, token);
    }
    catch (InvalidDataException error)
    {
        await Console.Error.WriteLineAsync(error.Message);
        return 2;
    }
});
return await root.Parse(args).InvokeAsync();

async Task<int> Run(ParseResult parsed, CancellationToken token)
{
    var name = parsed.GetValue(scenario)!;
    if (name == "floor")
    {
        await Floor.Measure(TimeSpan.FromSeconds(parsed.GetValue(seconds)), token);
        return 0;
    }
    if (name == "screening")
        return Screening.Measure() ? 0 : 1;
    if (name == "retrieval")
        return await Search(parsed, token) ? 0 : 1;
    Func<Wanted, Scenario>? make = null;
    if (name != "fair" && !Scenario.All.TryGetValue(name, out make))
    {
        await Console.Error.WriteLineAsync(
            $"There is no scenario '{name}'. There are: {string.Join(", ", Scenario.All.Keys)}, fair, floor, retrieval, screening.");
        return 2;
    }
    var before = parsed.GetValue(compare) is { } others ? Runs.Read(others) : null;
    await using var system = await SystemUnderLoad.Start(parsed.GetValue(workers), parsed.GetValue(embeddings), parsed.GetValue(answers),
        parsed.GetValue(tavily), parsed.GetValue(small), parsed.GetValue(queues)!, parsed.GetValue(data));
    using (var http = system.Caller())
        await Library.Fill(http, parsed.GetValue(passages), token);
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
    var runs = parsed.GetValue(outFile) is { } file ? Runs.Append(file, report) : new Runs([report]);
    return before is null ? 0 : runs.Compare(before, parsed.GetValue(tolerance), parsed.GetValue(processorTolerance));
}

async Task<bool> Search(ParseResult parsed, CancellationToken token)
{
    var wanted = parsed.GetValue(passages) is > 0 and var some ? some : 100_000;
    var retrieval = new Retrieval(await MadePassages.Read(token), wanted, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
    if (parsed.GetValue(workers) > 0)
        return await retrieval.OnPostgres(token);
    var directory = parsed.GetValue(data) ?? Directory.CreateTempSubdirectory("navigator-load-").FullName;
    try
    {
        await retrieval.OnFile(directory, token);
    }
    finally
    {
        if (parsed.GetValue(data) is null)
            Directory.Delete(directory, recursive: true);
    }
    return true;
}
