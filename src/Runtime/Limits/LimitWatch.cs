using System.Diagnostics.Metrics;

namespace Navigator.Runtime.Limits;

/// <summary>
/// Reads every limit's utilization once a second. Publishes gauges, and logs a warning, once per episode, if a limit stays nearly full.
/// </summary>
internal sealed partial class LimitWatch : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LimitRegistry registry;
    private readonly Meter meter;
    private readonly TimeProvider clock;
    private readonly ILogger<LimitWatch> log;
    private readonly Dictionary<(string Kind, string Name), long> nearlyFullSince = [];
    private IReadOnlySet<(string Kind, string Name)> warned = new HashSet<(string, string)>();

    public LimitWatch(LimitRegistry registry, TimeProvider clock, IMeterFactory meters, ILogger<LimitWatch> log)
    {
        (this.registry, this.clock, this.log, meter) = (registry, clock, log, NavigatorMeter.OfHost(meters));
        Gauge("navigator.limit.max", "A limit of this process.", limit => limit.Limit);
        Gauge("navigator.limit.in_use", "How much of the limit is in use.", limit => limit.InUse);
        Gauge("navigator.limit.utilization", "Share of the limit that is in use; 1 is all of it.", limit => (double)limit.InUse / limit.Limit);
        Gauge("navigator.limit.waiting", "Callers that wait for a permit.", limit => limit.Waiting);
        Gauge("navigator.limit.nearly_full", "1 if 80 % or more were in use for ten seconds.", limit => warned.Contains(KeyOf(limit))
            ? 1
            : 0);
        meter.CreateObservableCounter("navigator.limit.waited", () => All(limit => limit.WaitedSeconds), "s", "Total time that callers have waited.");
        meter.CreateObservableCounter("navigator.limit.rejected", () => All(limit => limit.Rejected), "{caller}",
            "Callers that were turned away, because no permit was free in time.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(
            Interval, "The watch over limits",
            _ =>
            {
                Look();
                return Task.CompletedTask;
            },
            clock, log, stoppingToken);

    internal void Look()
    {
        var (now, lasting) = (clock.GetTimestamp(), new HashSet<(string, string)>());
        foreach (var limit in registry.Read())
        {
            var key = KeyOf(limit);
            if (!limit.IsNearlyFull)
            {
                nearlyFullSince.Remove(key);
                continue;
            }
            if (!nearlyFullSince.TryGetValue(key, out var since))
                nearlyFullSince[key] = since = now;
            if (clock.GetElapsedTime(since, now) < Patience)
                continue;
            if (!warned.Contains(key))
                LogNearlyFull(limit.Kind, limit.Name, limit.InUse, limit.Limit, limit.Waiting);
            lasting.Add(key);
        }
        warned = lasting;
    }

    private static (string, string) KeyOf(LimitUsage limit) => (limit.Kind, limit.Name);

    private void Gauge(string name, string description, Func<LimitUsage, double> read) =>
        meter.CreateObservableGauge(name, () => All(read), unit: null, description);

    private IEnumerable<Measurement<double>> All(Func<LimitUsage, double> read) => registry.Read().Select(limit => new Measurement<double>(
        read(limit), KeyValuePair.Create("kind", (object?)limit.Kind), KeyValuePair.Create("name", (object?)limit.Name)));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Name}: {InUse} of {Limit} in use for ten seconds, {Waiting} callers wait")]
    private partial void LogNearlyFull(string kind, string name, long inUse, long limit, long waiting);
}
