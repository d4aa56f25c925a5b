using System.Globalization;

namespace Navigator.Load;

/// <summary>A third of a run, by when questions were asked.</summary>
internal sealed record Third(int Answered, Percentiles Total, Percentiles Documents, int Degraded);

/// <summary>After warming up, at most, and when all was answered.</summary>
internal sealed record ProcessUse(string Name, Use Start, Use Peak, Use End);

/// <summary>One run, as it is printed, stored and compared.</summary>
internal sealed record Report(
    string Scenario, double Seconds, int Asked, int Answered, double AnsweredPerSecond, Percentiles Total, Percentiles Queue, Percentiles Overhead,
    IReadOnlyDictionary<string, int> Outcomes, IReadOnlyList<Third> Thirds, IReadOnlyList<int> RetryAfter, IReadOnlyList<ProcessUse> Processes,
    IReadOnlyDictionary<string, double> ProcessorMsPerJob, int DatabaseConnectionsBefore, int DatabaseConnectionsAfter)
{
    public static Report Of(
        string scenario, IReadOnlyList<Sample> samples, TimeSpan took, IReadOnlyDictionary<string, Use> before,
        IReadOnlyDictionary<string, Use> peak, IReadOnlyDictionary<string, Use> after, IReadOnlyDictionary<string, double> processorSeconds,
        int connectionsBefore, int connectionsAfter)
    {
        var answered = samples.Where(sample => sample.Outcome == "answered").ToList();
        return new Report(
            scenario, Math.Round(took.TotalSeconds, 1), samples.Count, answered.Count, Math.Round(answered.Count / took.TotalSeconds, 1),
            Percentiles.Of(answered.Select(sample => sample.Total)), Percentiles.Of(answered.Select(sample => sample.Queue)),
            Percentiles.Of(answered.Select(sample => sample.Overhead)),
            samples.GroupBy(sample => sample.Outcome).ToDictionary(group => group.Key, group => group.Count()),
            [.. answered.GroupBy(sample => Math.Min(2, (int)(sample.At * 3 / took.TotalSeconds))).OrderBy(third => third.Key)
                .Select(third => new Third(
                    third.Count(), Percentiles.Of(third.Select(sample => sample.Total)), Percentiles.Of(third.Select(sample => sample.Documents)),
                    third.Count(sample => sample.Degraded)))],
            [.. samples.Select(sample => sample.RetryAfter).OfType<int>().Distinct().Order()],
            [.. before.Select(process => new ProcessUse(process.Key, process.Value, peak[process.Key], after[process.Key]))],
            processorSeconds.ToDictionary(process => process.Key, process => Math.Round(process.Value * 1000 / Math.Max(1, answered.Count), 3)),
            connectionsBefore, connectionsAfter);
    }

    public void Print()
    {
        string Line(string name, Percentiles p) =>
            string.Create(CultureInfo.InvariantCulture, $"{name,-28}{p.P50,10:0}{p.P95,10:0}{p.P99,10:0}{p.Max,10:0}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Scenario}: {Asked} asked, {Answered} answered in {Seconds} s, {AnsweredPerSecond} a second"));
        Console.WriteLine($"{"ms",-28}{"p50",10}{"p95",10}{"p99",10}{"max",10}");
        Console.WriteLine(Line("total", Total));
        Console.WriteLine(Line("queueing", Queue));
        Console.WriteLine(Line("own overhead", Overhead));
        Console.WriteLine(
            "outcomes: " + string.Join(
                ", ", Outcomes.OrderByDescending(outcome => outcome.Value).Select(outcome => $"{outcome.Value} {outcome.Key}")));
        foreach (var (third, i) in Thirds.Select((third, i) => (third, i + 1)))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"third {i}: {third.Answered} answered, {third.Degraded} of them degraded; total p95 {third.Total.P95:0}, retrieval p95 "
                    + $"{third.Documents.P95:0} ms"));
        if (RetryAfter.Count > 0)
            Console.WriteLine($"Retry-After of the 429s: {RetryAfter[0]} to {RetryAfter[^1]} s");
        var each = ProcessorMsPerJob.Select(process => string.Create(CultureInfo.InvariantCulture, $"{process.Key} {process.Value:0.00}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"processor time an answered job, ms: {string.Join(", ", each)}; together {ProcessorMsPerJob.Values.Sum():0.00}"));
        foreach (var (name, start, most, end) in Processes)
            Console.WriteLine(
                $"{name} at the start, at most, at the end: {start.MemoryMb}, {most.MemoryMb}, {end.MemoryMb} MB; "
                + $"{start.Threads}, {most.Threads}, {end.Threads} threads; {start.Sockets}, {most.Sockets}, {end.Sockets} sockets");
        Console.WriteLine($"connections to PostgreSQL: {DatabaseConnectionsBefore} before, {DatabaseConnectionsAfter} after");
    }
}
