using System.Globalization;
using Navigator.Runtime.Telemetry;
using Npgsql;

namespace Navigator.Cli.Checks;

/// <summary>The processes that report to the database every other second: who is silent, their versions, clocks and circuit breakers.</summary>
internal static class ProcessesCheck
{
    private const string Name = "processes";
    private const string Clocks = $"{Name}.clocks";
    private const string Lost = $"{Name}.lost";
    private const string Breakers = $"{Name}.breakers";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private sealed record Reporting(string Name, string Role, string? Version, TimeSpan? Difference, TimeSpan Silent, string[] NotClosed);

    public static async Task<IReadOnlyList<Finding>> Run(NpgsqlDataSource database, CancellationToken token)
    {
        List<Reporting> all;
        try
        {
            // A report is deleted ten minutes after its process has ended.
            all = await DatabaseCheck.Rows(database,
                """
                SELECT name, role, report->>'version', (report->>'reportedAt')::timestamptz - seen_at, now() - seen_at,
                       ARRAY(SELECT breaker->>'name' FROM jsonb_array_elements(report->'breakers') AS breaker WHERE breaker->>'state' <> 'closed')
                FROM   process ORDER BY name
                """,
                row => new Reporting(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2),
                    row.IsDBNull(3) ? null : row.GetFieldValue<TimeSpan>(3), row.GetFieldValue<TimeSpan>(4), row.GetFieldValue<string[]>(5)),
                token);
        }
        catch (NpgsqlException error)
        {
            return [Finding.Fail(Name, $"cannot be checked: {Examination.Reason(error)}", "Mend what the lines about the database name.")];
        }
        var running = all.Where(process => process.Silent < Silence).ToList();
        if (running.Count == 0)
            return [Finding.Warn(Name, "no API and no worker has reported in the last 10 s", "Start them, or look why they do not run.")];
        var findings = new List<Finding> { Versions(running), Silent([.. all.Except(running)]), NotClosed(running) };
        if (running.Where(process => process.Difference is not null).MaxBy(process => process.Difference!.Value.Duration()) is { } worst)
            findings.Add(ClockCheck.Compare(Clocks, worst.Difference!.Value, $"the database and {worst.Role} {worst.Name}, the worst of all"));
        return findings;
    }

    private static Finding Silent(List<Reporting> silent) => silent.Count == 0
        ? Finding.Ok(Lost, "every process of the last ten minutes still reports")
        : Finding.Warn(Lost, $"silent: {string.Join(", ", silent.Select(process => string.Create(CultureInfo.InvariantCulture,
            $"{process.Role} {process.Name} for {process.Silent.TotalSeconds:0} s")))}",
            "If you did not stop it: it was killed, or it hangs. Read the last lines of its log, and start it again.");

    private static Finding NotClosed(List<Reporting> running)
    {
        var names = running.SelectMany(process => process.NotClosed.Select(name => $"{name} ({process.Role} {process.Name})")).ToList();
        return names.Count == 0
            ? Finding.Ok(Breakers, "every circuit breaker is closed")
            : Finding.Warn(Breakers, $"not closed: {string.Join(", ", names)}",
                "The upstream fails: jobs are answered without it. Look at its status page.");
    }

    private static Finding Versions(List<Reporting> running)
    {
        var groups = running.GroupBy(process => process.Version ?? "older", StringComparer.Ordinal).ToList();
        var found = string.Create(CultureInfo.InvariantCulture,
            $"{running.Count(process => process.Role != "worker")} API, {running.Count(process => process.Role == "worker")} workers, "
                + $"version {string.Join(" and ", groups.Select(group => $"{group.Key} ({group.Count()})"))}");
        return groups.Count > 1
            ? Finding.Warn(Name, found, "Finish the update: several versions work together, and only for its duration.")
            : groups[0].Key != ProgramVersion.Text
                ? Finding.Warn(Name, $"{found}; this program is {ProgramVersion.Text}", "Use the navigator of the version that runs.")
                : Finding.Ok(Name, found);
    }
}
