using System.Diagnostics.Metrics;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Telemetry;

/// <summary>The queues and the canary as gauges, read on request.</summary>
internal sealed class BrokerMetrics(QueueWatch queues, Canary canary, TimeProvider clock, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = NavigatorMeter.OfHost(meters);
        meter.CreateObservableGauge("navigator.queue.ready", () => PerQueue(sample => sample.Ready), "{message}", "Messages that no consumer has.");
        meter.CreateObservableGauge("navigator.queue.consumers", () => PerQueue(sample => sample.Consumers), "{consumer}",
            "Consumers of all processes.");
        meter.CreateObservableGauge("navigator.canary.late", () => canary.IsLate ? 1 : 0, description: "1 if the last canary was not answered.");
        meter.CreateObservableGauge("navigator.canary.age", LastCanary, "s", "Seconds since the last canary ended.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<Measurement<long>> PerQueue(Func<QueueSample, long> read) =>
        queues.Latest?.Select(sample => new Measurement<long>(read(sample), KeyValuePair.Create("queue", (object?)sample.Queue))) ?? [];

    private IEnumerable<Measurement<double>> LastCanary() =>
        canary.Last?.FinishedAt is { } ended ? [new Measurement<double>((clock.GetUtcNow() - ended).TotalSeconds)] : [];
}
