using System.CommandLine;
using Navigator.Evaluation;
using Navigator.Servers;

// Answer quality through the product: questions on a document, and the Cranfield collection.
//   dotnet run -c Release --project tests/Evaluation -- --json before.json
//   dotnet run -c Release --project tests/Evaluation -- --json after.json --compare before.json
// The exit code is 1 if a figure is worse than in the stored run.
var questions = new Option<FileInfo[]>("--questions")
{
    Description = "JSONL with question, expect, page and kind; default: the two files of shared/data/insurance.",
};
var document = new Option<FileInfo?>("--document") { Description = "The document that they are about." };
var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
store.AcceptOnlyFromAmong("sqlite", "postgres");
var setting = new Option<string[]>("--setting") { Description = "A setting of the product, as Section__Name=value." };
var cranfield = new Option<int>("--cranfield") { Description = "Cranfield questions, at most 225; 0: none.", DefaultValueFactory = _ => 225 };
var detail = new Option<bool>("--detail") { Description = "Print each answer." };
var json = new Option<FileInfo?>("--json") { Description = "Write the figures to this file." };
var compare = new Option<FileInfo?>("--compare") { Description = "A stored run. The exit code is 1 if a figure is worse now." };
var tolerance = new Option<double>("--tolerance") { Description = "Of a figure, absolute.", DefaultValueFactory = _ => 0.02 };
var root = new RootCommand("Answer quality through the product.")
{
    questions, document, store, setting, cranfield, detail, json, compare, tolerance,
};
root.SetAction(async (parsed, token) =>
{
    try
    {
        return await Run(parsed, token);
    }
    catch (Exception error) when (error is InvalidDataException or FileNotFoundException)
    {
        await Console.Error.WriteLineAsync(error.Message);
        return 2;
    }
});
return await root.Parse(args).InvokeAsync();

async Task<int> Run(ParseResult parsed, CancellationToken token)
{
    var files = parsed.GetValue(questions) is { Length: > 0 } named
        ? named.Select(file => file.FullName)
        : [Corpora.Get("insurance/questions.jsonl"), Corpora.Get("insurance/questions_dev.jsonl")];
    var about = parsed.GetValue(document)?.FullName ?? Corpora.Get("insurance/scan_classic_hmo.pdf");
    var postgres = parsed.GetValue(store) == "postgres";
    var settings = (parsed.GetValue(setting) ?? []).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => pair[1]);
    var report = new Report();
    await using (var system = await EvaluatedSystem.Start(postgres, settings))
        await Collections.Ask(system, about, [.. files.SelectMany(Question.Read)], report, parsed.GetValue(detail), token);
    if (parsed.GetValue(cranfield) is > 0 and var count)
    {
        // Recall at 100 documents needs more passages per leg than an answer does.
        var deep = new Dictionary<string, string>(settings) { ["Retrieval__Candidates"] = "250", ["Retrieval__Explained"] = "500" };
        await using var system = await EvaluatedSystem.Start(postgres, deep);
        await Collections.Rank(
            system, Cranfield.Read(Path.GetDirectoryName(Corpora.Get("cranfield/cranqrel"))!), count, report, token);
    }
    report.Print();
    if (parsed.GetValue(json) is { } file)
        report.Write(file);
    return parsed.GetValue(compare) is { } before && !report.IsAsGoodAs(before, parsed.GetValue(tolerance)) ? 1 : 0;
}
