namespace Navigator.Storage.Processes;

/// <summary>A process and its last report.</summary>
/// <param name="Name">machine:process id, as in <c>claimed_by</c>.</param>
/// <param name="Role">api or worker.</param>
/// <param name="Report">JSON.</param>
public sealed record ProcessReport(string Name, string Role, DateTimeOffset SeenAt, string Report);

/// <summary>The reports of all processes about their current work.</summary>
public interface IProcessReports
{
    /// <summary>Replaces the process's report. Deletes the reports of processes that have sent none for long.</summary>
    Task Publish(string name, string role, string report, CancellationToken token);

    /// <summary>Returns the reports of this period, by process name.</summary>
    Task<IReadOnlyList<ProcessReport>> Recent(TimeSpan within, CancellationToken token);
}
