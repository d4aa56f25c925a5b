using System.Diagnostics.Metrics;

namespace Navigator.Runtime.Limits;

/// <summary>
/// Reads every limit's utilization once a second. Publishes gauges, and logs a warning, once per episode, if a limit stays nearly full.
/// </summary>
internal sealed partial class BoundWatch : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Bounds bounds;
    private readonly Meter meter;
    private readonly TimeProvider clock;
    private readonly ILogger<BoundWatch> log;
    private readonly Dictionary<(string Kind, string Name), long> nearlyFullSince = [];
    private IReadOnlySet<(string Kind, string Name)> warned = new HashSet<(string, string)>();

    public BoundWatch(Bounds bounds, TimeProvider clock, IMeterFactory meters, ILogger<BoundWatch> log)
    {
        (this.bounds, this.clock, this.log, meter) = (bounds, clock, log, NavigatorMeter.OfHost(meters));
        Gauge("navigator.limit.max", "A limit of this process.", bound => bound.Limit);
        Gauge("navigator.limit.in_use", "How much of the limit is in use.", bound => bound.InUse);
        Gauge("navigator.limit.utilization", "Share of the limit that is in use; 1 is all of it.", bound => (double)bound.InUse / bound.Limit);
        Gauge("navigator.limit.waiting", "Callers that wait for a permit.", bound => bound.Waiting);
        Gauge("navigator.limit.nearly_full", "1 if 80 % or more were in use for ten seconds.", bound => warned.Contains(KeyOf(bound))
            ? 1
            : 0);
        meter.CreateObservableCounter("navigator.limit.waited", () => All(bound => bound.WaitedSeconds), "s", "Total time that callers have waited.");
        meter.CreateObservableCounter("navigator.limit.rejected", () => All(bound => bound.Rejected), "{caller}",
            "Callers that were turned away, because no permit was free in time.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(
            Interval, "The watch over bounds",
            _ =>
            {
                Look();
                return Task.CompletedTask;
            },
            clock, log, stoppingToken);

    internal void Look()
    {
        var (now, lasting) = (clock.GetTimestamp(), new HashSet<(string, string)>());
        foreach (var bound in bounds.Read())
        {
            var key = KeyOf(bound);
            if (!bound.IsNearlyFull)
            {
                nearlyFullSince.Remove(key);
                continue;
            }
            if (!nearlyFullSince.TryGetValue(key, out var since))
                nearlyFullSince[key] = since = now;
            if (clock.GetElapsedTime(since, now) < Patience)
                continue;
            if (!warned.Contains(key))
                LogNearlyFull(bound.Kind, bound.Name, bound.InUse, bound.Limit, bound.Waiting);
            lasting.Add(key);
        }
        warned = lasting;
    }

    private static (string, string) KeyOf(Bound bound) => (bound.Kind, bound.Name);

    private void Gauge(string name, string description, Func<Bound, double> read) =>
        meter.CreateObservableGauge(name, () => All(read), unit: null, description);

    private IEnumerable<Measurement<double>> All(Func<Bound, double> read) => bounds.Read().Select(bound => new Measurement<double>(
        read(bound), KeyValuePair.Create("kind", (object?)bound.Kind), KeyValuePair.Create("name", (object?)bound.Name)));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Name}: {InUse} of {Limit} in use for ten seconds, {Waiting} callers wait")]
    private partial void LogNearlyFull(string kind, string name, long inUse, long limit, long waiting);
}
