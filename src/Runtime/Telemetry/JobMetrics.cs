using System.Diagnostics.Metrics;
using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Telemetry;

/// <summary>The age of the oldest job that this process works on, read on request.</summary>
internal sealed class JobMetrics(StageLease leases, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        NavigatorMeter.OfHost(meters).CreateObservableGauge("navigator.job.oldest_age", () => leases.OldestAge.TotalSeconds, "s",
            "Age of the oldest job that this process works on; 0 without any.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
