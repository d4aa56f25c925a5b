using System.Diagnostics.Metrics;
using Navigator.Storage.Sqlite;

namespace Navigator.Runtime.Telemetry;

/// <summary>The free space where the embedded file is, read on request.</summary>
internal sealed class DataMetrics(DataDirectory directory, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        NavigatorMeter.OfHost(meters).CreateObservableGauge("navigator.data.free", Free, "By", "Free space for the embedded file.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Measurement<long>> Free()
    {
        try
        {
            return [new Measurement<long>(new DriveInfo(directory.Path).AvailableFreeSpace)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // the disk is gone; the statements that fail say so
        }
    }
}
