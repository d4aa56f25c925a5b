using System.Globalization;
using System.Text;
using Navigator.Load;

namespace Navigator.Endurance;

/// <summary>report.md and its pictures.</summary>
internal static class Report
{
    /// <summary>Rate and latency are drawn as so many points, of ten seconds at least.</summary>
    private const int Points = 240;

    /// <returns>The path of report.md.</returns>
    public static async Task<string> Write(Outcome outcome)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Endurance, {outcome.From:yyyy-MM-dd HH:mm} UTC");
        text.AppendLine();
        text.AppendLine(outcome.Broken.Count == 0
            ? "**The promise held.** Every accepted job ended exactly once, and in time."
            : "**The promise broke:**");
        foreach (var line in outcome.Broken.Take(50))
            text.AppendLine(CultureInfo.InvariantCulture, $"- {line.ReplaceLineEndings(" ")}");
        text.AppendLine();
        Summarize(text, outcome);
        foreach (var (name, chart) in Charts(outcome))
        {
            await File.WriteAllTextAsync(Path.Combine(outcome.Wanted.Folder.FullName, $"{name}.svg"), chart.Draw());
            text.AppendLine(CultureInfo.InvariantCulture, $"![{name}]({name}.svg)");
        }
        TableOfMemory(text, outcome);
        TableOfFaults(text, outcome);
        TableOfAlerts(text, outcome);
        var path = Path.Combine(outcome.Wanted.Folder.FullName, "report.md");
        await File.WriteAllTextAsync(path, text.ToString());
        return path;
    }

    private static void Summarize(StringBuilder text, Outcome outcome)
    {
        var (ends, history) = (outcome.History.Ends.ToList(), outcome.History);
        var p = Percentiles.Of(ends.Where(end => end.Status == "answered").Select(end => end.Took.TotalMilliseconds));
        text.AppendLine("| | |\n|---|---|");
        void Row(string name, FormattableString value) =>
            text.Append("| ").Append(name).Append(" | ").Append(FormattableString.Invariant(value)).AppendLine(" |");
        Row("length", $"{(outcome.To - outcome.From).TotalMinutes:0.0} min of {outcome.Wanted.Length.TotalMinutes:0.#} wanted");
        Row("load", $"{outcome.Wanted.PerSecond} questions a second, at random times; one in three asks the web, one in 15 is cancelled");
        Row("seed", $"{outcome.Wanted.Seed}");
        Row("accepted", $"{history.Jobs.Count} jobs");
        Row("ended", $"{string.Join(", ", ends.CountBy(end => end.Status).Select(count => $"{count.Value} {count.Key}"))}");
        Row("latency of answers, from asking to reading", $"p50 {p.P50:0} ms, p95 {p.P95:0} ms, p99 {p.P99:0} ms, max {p.Max:0} ms");
        Row("faults", $"{outcome.Faults.Count}");
        text.AppendLine();
    }

    private static IEnumerable<(string Name, Chart Chart)> Charts(Outcome outcome)
    {
        double Minutes(DateTimeOffset at) => (at - outcome.From).TotalMinutes;
        var marks = outcome.Faults.Select(fault => new Mark(Minutes(fault.From), Minutes(fault.To), fault.Name)).ToList();
        var (length, width) = (Minutes(outcome.To), Math.Max(10, (outcome.To - outcome.From).TotalSeconds / Points));
        int SliceOf(DateTimeOffset asked) => (int)((asked - outcome.From).TotalSeconds / width);
        // The last one is not full.
        var last = outcome.History.Ends.Select(end => SliceOf(end.Asked)).DefaultIfEmpty().Max();
        var slices = outcome.History.Ends.GroupBy(end => SliceOf(end.Asked)).Where(slice => slice.Key < last).OrderBy(slice => slice.Key)
            .Select(slice => (At: (slice.Key + 0.5) * width / 60, All: slice.ToList(),
                Latency: Percentiles.Of(slice.Where(end => end.Status == "answered").Select(end => end.Took.TotalMilliseconds)))).ToList();
        Series Rate(string name, Func<string, bool> counts) =>
            new(name, [.. slices.Select(slice => (slice.At, (double?)(slice.All.Count(end => counts(end.Status)) / width)))]);
        Series Latency(string name, Func<Percentiles, double> of) =>
            new(name, [.. slices.Select(slice => (slice.At, of(slice.Latency) is > 0 and var ms ? ms : (double?)null))]);
        // A process that does not run uses nothing.
        static double? Value(Measurement look, string process, Func<Use, double> of) =>
            look.Processes.TryGetValue(process, out var use) && of(use) is > 0 and var used ? used : null;
        IReadOnlyList<Series> Uses(Func<Use, double> of) => [.. outcome.Measured.All[0].Processes.Keys.Select(process => new Series(
            process, [.. outcome.Measured.All.Select(look => (Minutes(look.At), Value(look, process, of)))]))];

        yield return ("rate", new Chart("Jobs a second, by when they were asked for (a red stretch is a fault)", length,
            [Rate("answered", status => status == "answered"), Rate("failed or expired", status => status is "failed" or "expired"),
                Rate("cancelled", status => status == "cancelled")], marks));
        yield return ("latency", new Chart("Latency of answers, ms, from asking to reading", length,
            [Latency("p50", p => p.P50), Latency("p95", p => p.P95), Latency("p99", p => p.P99)], marks, isLogarithmic: true));
        yield return ("memory", new Chart("Resident memory, MB", length, Uses(use => use.MemoryMb), marks));
        yield return ("threads", new Chart("Threads", length, Uses(use => use.Threads), marks));
        yield return ("connections", new Chart("Open sockets: to callers, models, broker and database", length, Uses(use => use.Sockets), marks));
        yield return ("queues", new Chart("Messages in all queues", length,
            [new Series("messages", [.. outcome.Measured.All.Select(look => (Minutes(look.At), (double?)look.Waiting))])], marks));
    }

    private static void TableOfMemory(StringBuilder text, Outcome outcome)
    {
        text.AppendLine("\n## Does memory level off?");
        text.AppendLine("Since each process was last started. The slope is that of the last half. Worker 2 is never killed.\n");
        text.AppendLine("| process | start, MB | most, MB | end, MB | slope, MB an hour | |\n|---|---|---|---|---|---|");
        foreach (var growth in Growth.Of(outcome.Measured.All, outcome.Faults))
            text.AppendLine(FormattableString.Invariant(
                $"| {growth.Process} | {growth.Start} | {growth.Most} | {growth.End} | {growth.PerHour:+0;-0;0} | {growth.Verdict} |"));
    }

    private static void TableOfFaults(StringBuilder text, Outcome outcome)
    {
        if (outcome.Faults.Count == 0)
            return;
        text.AppendLine("\n## Faults\n| at | fault | until it was mended |\n|---|---|---|");
        foreach (var fault in outcome.Faults)
            text.AppendLine(FormattableString.Invariant($"| {fault.From:HH:mm:ss} | {fault.Name} | {(fault.To - fault.From).TotalSeconds:0} s |"));
    }

    private static void TableOfAlerts(StringBuilder text, Outcome outcome)
    {
        text.AppendLine("\n## Alerts that fired");
        if (outcome.Measured.Fired.Count == 0)
        {
            text.AppendLine("None.");
            return;
        }
        text.AppendLine("| alert | first seen | last seen |\n|---|---|---|");
        foreach (var (name, (from, to)) in outcome.Measured.Fired)
            text.AppendLine(FormattableString.Invariant($"| {name} | {from:HH:mm:ss} | {to:HH:mm:ss} |"));
    }
}
