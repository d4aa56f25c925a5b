using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;

namespace Navigator.Runtime.Telemetry;

/// <summary>Adds the job's id to every line that is written during one of its stages. Serilog itself adds the ids of trace and span.</summary>
internal sealed class JobIdEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        for (var span = Activity.Current; span is not null; span = span.Parent)
            if (span.GetTagItem(NavigatorTrace.JobId) is { } job)
            {
                logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("JobId", job));
                return;
            }
    }
}
