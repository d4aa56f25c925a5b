namespace Navigator.Storage.Processes;

/// <summary>A process and what it last said of itself.</summary>
/// <param name="Name">machine:process id, as in <c>claimed_by</c>.</param>
/// <param name="Role">api or worker.</param>
/// <param name="Report">JSON.</param>
public sealed record ProcessReport(string Name, string Role, DateTimeOffset SeenAt, string Report);

/// <summary>Where processes tell what they are doing.</summary>
public interface IProcessReports
{
    /// <summary>Say it, in place of what was said before; forget those who have been silent for long.</summary>
    Task Tell(string name, string role, string report, CancellationToken token);

    /// <summary>Those who said something lately, by name.</summary>
    Task<IReadOnlyList<ProcessReport>> Recent(TimeSpan within, CancellationToken token);
}
