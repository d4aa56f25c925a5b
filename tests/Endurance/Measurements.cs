using Navigator.Load;

namespace Navigator.Endurance;

/// <summary>One look at everything.</summary>
/// <param name="Processes">What each process uses; one that does not run is absent.</param>
/// <param name="Waiting">Messages in all queues; null while the broker does not answer.</param>
internal sealed record Measurement(DateTimeOffset At, IReadOnlyDictionary<string, Use> Processes, long? Waiting);

/// <summary>Looks at the processes, the queues and the alerts again and again.</summary>
internal sealed class Measurements(WholeSystem system, TimeSpan interval)
{
    private readonly List<Measurement> all = [];
    private readonly Dictionary<string, (DateTimeOffset From, DateTimeOffset To)> fired = [];

    public IReadOnlyList<Measurement> All => all;

    /// <summary>The alerts that fired, by name and summary: first and last seen.</summary>
    public IReadOnlyDictionary<string, (DateTimeOffset From, DateTimeOffset To)> Fired => fired;

    public async Task Run(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            var now = DateTimeOffset.UtcNow;
            all.Add(new Measurement(now, Uses(), await system.Waiting()));
            await NoteAlerts(now);
            await Task.Delay(interval, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Dictionary<string, Use> Uses()
    {
        var uses = new Dictionary<string, Use>();
        foreach (var (name, process) in system.Processes)
        {
            try
            {
                uses[name] = Use.Of(process);
            }
            catch (Exception error) when (error is IOException or InvalidOperationException)
            {
                // It has ended, and will be started again.
            }
        }
        return uses;
    }

    private async Task NoteAlerts(DateTimeOffset now)
    {
        try
        {
            foreach (var alert in await system.Prometheus.Alerts())
                if (alert.Fires)
                    fired[alert.Name] = (fired.TryGetValue(alert.Name, out var since) ? since.From : now, now);
        }
        catch (HttpRequestException)
        {
            // After Ctrl+C Prometheus ends before this program does.
        }
    }
}
