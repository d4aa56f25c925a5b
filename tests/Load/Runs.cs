using System.Globalization;
using System.Text.Json;

namespace Navigator.Load;

/// <summary>
/// The runs of one build, in a file that grows by one with each. Machines wander: two builds take turns, and the medians of their runs
/// are compared.
/// </summary>
internal sealed record Runs(IReadOnlyList<Report> All)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <exception cref="InvalidDataException">The file is not what a run with --out leaves.</exception>
    public static Runs Read(FileInfo file)
    {
        try
        {
            return JsonSerializer.Deserialize<Runs>(File.ReadAllText(file.FullName), Json) is { All.Count: > 0 } runs
                ? runs
                : throw new InvalidDataException($"{file.Name} has no runs.");
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new InvalidDataException($"{file.Name} has no runs: {error.Message}", error);
        }
    }

    /// <returns>All runs in the file, this one included.</returns>
    public static Runs Append(FileInfo file, Report run)
    {
        var runs = new Runs([.. file.Exists ? Read(file).All : [], run]);
        File.WriteAllText(file.FullName, JsonSerializer.Serialize(runs, Json));
        return runs;
    }

    /// <param name="tolerance">Of rates and latencies, as a part: 0.2.</param>
    /// <param name="processorTolerance">Of the processor time a job, which wanders less.</param>
    /// <returns>1 when these runs are worse than the others.</returns>
    public int Compare(Runs before, double tolerance, double processorTolerance)
    {
        if (before.All.Concat(All).Select(run => run.Scenario).Distinct().Count() > 1)
            throw new InvalidDataException("Runs of different scenarios cannot be compared.");
        var measures = new List<(string Name, Func<Report, double> Of, bool IsMoreBetter, double Tolerance)>
        {
            ("answered a second", run => run.AnsweredPerSecond, true, tolerance),
            ("total p95, ms", run => run.Total.P95, false, tolerance),
            ("own overhead p95, ms", run => run.Overhead.P95, false, tolerance),
        };
        measures.AddRange(All[0].ProcessorMsPerJob.Keys.Select(process =>
            ($"{process}, ms of processor time a job", (Func<Report, double>)(run => run.ProcessorMsPerJob.GetValueOrDefault(process)), false,
                processorTolerance)));
        var isWorse = false;
        foreach (var (name, of, isMoreBetter, allowed) in measures)
        {
            var (now, then) = (Median(All.Select(of)), Median(before.All.Select(of)));
            var worse = isMoreBetter ? now < then * (1 - allowed) : now > then * (1 + allowed);
            isWorse |= worse;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(worse ? "worse" : "ok"),-6}{name}: {then:0.00} in {before.All.Count} runs before, {now:0.00} in {All.Count} now"));
        }
        return isWorse ? 1 : 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
