using System.Globalization;
using Navigator.Runtime.Telemetry;
using Npgsql;

namespace Navigator.Cli.Checks;

/// <summary>The processes that reported to the database in the last ten seconds: their versions, and their clocks.</summary>
internal static class ProcessesCheck
{
    private const string Name = "processes";
    private const string Clocks = $"{Name}.clocks";

    private sealed record Running(string Name, string Role, string? Version, TimeSpan? Difference);

    public static async Task<IReadOnlyList<Finding>> Run(NpgsqlDataSource database, CancellationToken token)
    {
        List<Running> running;
        try
        {
            running = await DatabaseCheck.Rows(database,
                """
                SELECT name, role, report->>'version', (report->>'reportedAt')::timestamptz - seen_at
                FROM   process WHERE seen_at > now() - interval '10 seconds' ORDER BY name
                """,
                row => new Running(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2),
                    row.IsDBNull(3) ? null : row.GetFieldValue<TimeSpan>(3)), token);
        }
        catch (NpgsqlException error)
        {
            return [Finding.Fail(Name, $"cannot be checked: {Examination.Reason(error)}", "Mend what the lines about the database name.")];
        }
        if (running.Count == 0)
            return [Finding.Warn(Name, "no API and no worker has reported in the last 10 s", "Start them, or look why they do not run.")];
        var findings = new List<Finding> { Versions(running) };
        if (running.Where(process => process.Difference is not null).MaxBy(process => process.Difference!.Value.Duration()) is { } worst)
            findings.Add(ClockCheck.Compare(Clocks, worst.Difference!.Value, $"the database and {worst.Role} {worst.Name}, the worst of all"));
        return findings;
    }

    private static Finding Versions(List<Running> running)
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
