using System.Diagnostics.Metrics;

namespace Navigator.Runtime.Limits;

/// <summary>The utilization of the connection pool to PostgreSQL, from Npgsql's own meter.</summary>
internal sealed class ConnectionPool(LimitRegistry registry, LivePolicy policy) : IHostedService, IDisposable
{
    private const string Count = "db.client.connection.count";
    private const string Pending = "db.client.connection.npgsql.pending_requests";

    private readonly MeterListener listener = new();
    private long? used;
    private long waiting;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == "Npgsql" && instrument.Name is Count or Pending)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
        registry.Watch(() =>
        {
            used = null;
            listener.RecordObservableInstruments();
            return used is { } count
                ? new LimitUsage("pool", "postgres", policy.Now.Postgres.MaxConnections, count, Interlocked.Read(ref waiting))
                : null;
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Npgsql reports one instrument as a value and the other as a change.
        if (instrument.Name == Pending)
            Interlocked.Add(ref waiting, value);
        else if (tags.ToArray().Any(tag => tag.Value is "used"))
            used = (used ?? 0) + value;
    }
}
