using System.Globalization;
using Navigator.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Navigator.Cli;

// Navigator.Text is nearer than Spectre.Console.
using Text = Spectre.Console.Text;

/// <summary>The state of the whole system on one screen.</summary>
internal static class StatusView
{
    /// <summary>The limits with the highest utilization: a screen has room for some.</summary>
    private const int MostLimits = 12;

    public static IRenderable Of(LimitsNow state) => new Rows(
        new Text(string.Create(CultureInfo.InvariantCulture, $"questions   {state.Admission.QueueDepthNow} ready of at most "
            + $"{state.Admission.QueueDepth}; {state.Admission.DrainedPerSecond:0.0} ended per second; the oldest unfinished is "
            + $"{state.Admission.OldestSeconds:0.0} s old")),
        Queues(state.Queues), Limits(state.Processes), Rates(state.Rates), Processes(state.Processes));

    private static Table Queues(IEnumerable<QueueNow> queues)
    {
        var table = Columns("queue", "ready", "consumers", "per second");
        foreach (var queue in queues)
            Add(table, queue.Name, Number(queue.Ready), Number(queue.Consumers), Line($"{queue.DrainedPerSecond:0.0}"));
        return table;
    }

    private static Table Limits(IEnumerable<ProcessNow> processes)
    {
        var table = Columns("limit", "in use", "of", "waiting", "per second");
        var limits = processes.SelectMany(process => process.Limits.Usage).GroupBy(limit => (limit.Kind, limit.Name))
            .Select(same => (same.Key, InUse: same.Sum(limit => limit.InUse), Limit: same.Sum(limit => limit.Limit),
                Waiting: same.Sum(limit => limit.Waiting), PerSecond: same.Sum(limit => limit.PerSecond)))
            .OrderByDescending(limit => limit.Limit == 0 ? 0 : (double)limit.InUse / limit.Limit).ThenByDescending(limit => limit.PerSecond)
            .Take(MostLimits);
        foreach (var limit in limits)
            Add(table, $"{limit.Key.Kind} {limit.Key.Name}", Number(limit.InUse), Number(limit.Limit), Number(limit.Waiting),
                Line($"{limit.PerSecond:0.0}"));
        return table;
    }

    private static Table Rates(IEnumerable<RateNow> rates)
    {
        var table = Columns("rate", "per minute", "available now");
        foreach (var rate in rates.Where(rate => rate.PerMinute is not null))
            Add(table, rate.Upstream, Number(rate.PerMinute), Number(rate.Available));
        return table;
    }

    private static Table Processes(IEnumerable<ProcessNow> processes)
    {
        var table = Columns("process", "role", "version", "breakers that are not closed");
        foreach (var process in processes)
            Add(table, process.Name, process.Role, process.Limits.Version ?? "-", string.Join(", ", process.Limits.Breakers
                .Where(breaker => breaker.State != "closed").Select(breaker => $"{breaker.Name} {breaker.State} since {breaker.Since:HH:mm:ss}")));
        return table;
    }

    private static Table Columns(params string[] names)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var name in names)
            table.AddColumn(new TableColumn(new Text(name)) { NoWrap = true });
        return table;
    }

    private static void Add(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
