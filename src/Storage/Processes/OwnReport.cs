namespace Navigator.Storage.Processes;

/// <summary>In embedded mode there is one process, which keeps its own report.</summary>
internal sealed class OwnReport(TimeProvider clock) : IProcessReports
{
    private ProcessReport? own;

    public Task Publish(string name, string role, string report, CancellationToken token)
    {
        own = new ProcessReport(name, role, clock.GetUtcNow(), report);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ProcessReport>> Recent(TimeSpan within, CancellationToken token) =>
        Task.FromResult<IReadOnlyList<ProcessReport>>(own is { } report && clock.GetUtcNow() - report.SeenAt <= within ? [report] : []);
}
