using Microsoft.Extensions.Logging;

namespace Navigator.Storage.Tenants;

/// <summary>In the log, for a process whose rows do not outlive it.</summary>
internal sealed partial class LogAudit(ILogger<LogAudit> log) : IAudit
{
    public Task Record(string tenant, string actor, string action, string subject, CancellationToken token)
    {
        LogDone(actor, action, subject, tenant);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Actor}: {Action} {Subject} of tenant {Tenant}")]
    private partial void LogDone(string actor, string action, string subject, string tenant);
}
