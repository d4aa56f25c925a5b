using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Navigator.Runtime.Telemetry;

/// <summary>
/// Writes Navigator's own instruments in Prometheus' text format at /metrics. Counters add up, gauges show their last value, histograms count by
/// bucket.
/// </summary>
public sealed class MetricsEndpoint : IDisposable
{
    private readonly record struct Series(Instrument Instrument, string Labels);

    private readonly ConcurrentDictionary<Series, double> values = new();
    private readonly ConcurrentDictionary<Series, Distribution> distributions = new();
    private readonly MeterListener listener = new();

    public MetricsEndpoint(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            // The process's own, and this host's. A meter of another host in the same process has that host's factory for its scope.
            if (instrument.Meter.Name == NavigatorMeter.Name && (instrument.Meter.Scope is null || instrument.Meter.Scope == meters))
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    public IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", () => Results.Text(Write(), "text/plain; version=0.0.4")).ExcludeFromDescription();

    public void Dispose() => listener.Dispose();

    internal string Write()
    {
        // A gauge's series that is no longer measured is no longer shown.
        foreach (var series in values.Keys.Where(series => series.Instrument.IsObservable))
            values.TryRemove(series, out _);
        listener.RecordObservableInstruments();

        var text = new StringBuilder();
        foreach (var instrument in values.GroupBy(value => value.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            var name = Head(text, instrument.Key, instrument.Key.IsObservable ? "gauge" : "counter", instrument.Key.IsObservable ? "" : "_total");
            foreach (var (series, value) in instrument.OrderBy(value => value.Key.Labels, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{name}{Braced(series.Labels)} {value}\n");
        }
        foreach (var instrument in distributions.GroupBy(value => value.Key.Instrument).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            var name = Head(text, instrument.Key, "histogram", "");
            foreach (var (series, distribution) in instrument.OrderBy(value => value.Key.Labels, StringComparer.Ordinal))
                distribution.Write(text, name, series.Labels);
        }
        return text.ToString();
    }

    private static string Head(StringBuilder text, Instrument instrument, string type, string suffix)
    {
        var name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "") + suffix;
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n# TYPE {name} {type}\n");
        return name;
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = new Series(instrument, Labels(tags));
        if (instrument is Histogram<double> histogram)
            distributions.GetOrAdd(series, _ => new Distribution(histogram.Advice!.HistogramBucketBoundaries!)).Add(value);
        else if (instrument.IsObservable)
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
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture)?
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            labels.Add($"{key}=\"{text}\"");
        }
        return string.Join(',', labels);
    }

    private sealed class Distribution(IReadOnlyList<double> boundaries)
    {
        private readonly long[] counts = new long[boundaries.Count + 1];
        private double sum;

        public void Add(double value)
        {
            var bucket = 0;
            while (bucket < boundaries.Count && value > boundaries[bucket])
                bucket++;
            lock (counts)
            {
                counts[bucket]++;
                sum += value;
            }
        }

        /// <summary>Prometheus' buckets are cumulative.</summary>
        public void Write(StringBuilder text, string name, string labels)
        {
            var (comma, below) = (labels.Length == 0 ? "" : ",", 0L);
            lock (counts)
            {
                for (var i = 0; i < counts.Length; i++)
                {
                    below += counts[i];
                    var bound = i < boundaries.Count ? boundaries[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {below}\n");
                }
                text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braced(labels)} {sum}\n{name}_count{Braced(labels)} {below}\n");
            }
        }
    }
}
