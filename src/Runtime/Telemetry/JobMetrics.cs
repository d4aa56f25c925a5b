using System.Diagnostics.Metrics;
using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Telemetry;

/// <summary>The age of the oldest unfinished job, read on request.</summary>
internal sealed class JobMetrics(OldestJob oldest, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        NavigatorMeter.OfHost(meters).CreateObservableGauge("navigator.job.oldest_age", () => oldest.Age.TotalSeconds, "s",
            "Age of the oldest unfinished job of all processes, replayed jobs apart; 0 without any.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
