using System.Diagnostics.Metrics;

namespace Navigator.Storage;

/// <summary>The metrics of group commits. The meter has the name of Navigator's other metrics, because readers see one set.</summary>
internal static class StorageMeter
{
    private static readonly Meter Meter = new("Navigator");

    public static readonly Histogram<int> GroupSize = Meter.CreateHistogram(
        "navigator.group.size", "{item}", "Items that one grouped call handled, by group.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });

    public static readonly Histogram<double> GroupWait = Meter.CreateHistogram(
        "navigator.group.wait", "s", "How long an item waited for its grouped call to begin, by group.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5] });
}
