using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Navigator.Workers.Hosting;

/// <summary>Navigator's own instruments in Prometheus' text format, at /metrics. Counters add up, gauges show what was last said.</summary>
public sealed class MetricsEndpoint : IDisposable
{
    private readonly record struct Series(Instrument Instrument, string Labels);

    private readonly ConcurrentDictionary<Series, double> values = new();
    private readonly MeterListener listener = new();

    public MetricsEndpoint()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == NavigatorMeter.Name)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", () => Results.Text(Write(), "text/plain; version=0.0.4")).ExcludeFromDescription();

    public void Dispose() => listener.Dispose();

    internal string Write()
    {
        // What a gauge does not say any more is not shown any more.
        foreach (var series in values.Keys.Where(series => series.Instrument.IsObservable))
            values.TryRemove(series, out _);
        listener.RecordObservableInstruments();

        var text = new StringBuilder();
        foreach (var instrument in values.GroupBy(value => value.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            var counts = !instrument.Key.IsObservable;
            var name = instrument.Key.Name.Replace('.', '_') + (instrument.Key.Unit == "s" ? "_seconds" : "") + (counts ? "_total" : "");
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Key.Description}\n# TYPE {name} {(counts ? "counter" : "gauge")}\n");
            foreach (var (series, value) in instrument.OrderBy(value => value.Key.Labels, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{name}{series.Labels} {value}\n");
        }
        return text.ToString();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = new Series(instrument, Labels(tags));
        if (instrument.IsObservable)
            values[series] = value;
        else
            values.AddOrUpdate(series, value, (_, sum) => sum + value);
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var labels = new List<string>(tags.Length);
        foreach (var (key, value) in tags)
            labels.Add($"{key}=\"{Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        return $"{{{string.Join(',', labels)}}}";
    }
}
