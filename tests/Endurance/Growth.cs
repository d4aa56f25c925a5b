namespace Navigator.Endurance;

/// <summary>A process's memory over a run, in MB.</summary>
/// <param name="PerHour">Slope of the last half of the process's life, by least squares.</param>
internal sealed record Growth(string Process, int Start, int Most, int End, double PerHour, TimeSpan Life)
{
    /// <summary>Growth of so much of the memory in an hour is level: it is within what a collection leaves.</summary>
    private const double Level = 0.05;

    /// <summary>With less life, caches and pools still fill.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(20);

    public string Verdict => Life < Enough
        ? $"lived for {Life.TotalMinutes:0} min: too short to tell"
        : PerHour <= End * Level ? FormattableString.Invariant($"levels off at {End} MB") : FormattableString.Invariant($"still grows at {End} MB");

    /// <summary>Of each process that ran at the end, since it was last started.</summary>
    public static IEnumerable<Growth> Of(IReadOnlyList<Measurement> all, IReadOnlyList<FaultMoment> faults)
    {
        foreach (var name in all[^1].Processes.Keys)
        {
            // A process that was killed begins anew.
            var born = all.Where(measurement => !measurement.Processes.ContainsKey(name)).Select(measurement => measurement.At)
                .Concat(faults.Where(fault => fault.Name == $"{name} killed").Select(fault => fault.To)).DefaultIfEmpty(all[0].At).Max();
            var life = all.Where(measurement => measurement.At >= born && measurement.Processes.ContainsKey(name))
                .Select(measurement => ((measurement.At - born).TotalHours, measurement.Processes[name].MemoryMb)).ToList();
            if (life.Count > 0)
                yield return new Growth(
                    name, life[0].MemoryMb, life.Max(point => point.MemoryMb), life[^1].MemoryMb, Slope(life[(life.Count / 2)..]), all[^1].At - born);
        }
    }

    private static double Slope(List<(double Hours, int MemoryMb)> points)
    {
        var (x, y) = (points.Average(point => point.Hours), points.Average(point => point.MemoryMb));
        var spread = points.Sum(point => (point.Hours - x) * (point.Hours - x));
        return spread == 0 ? 0 : points.Sum(point => (point.Hours - x) * (point.MemoryMb - y)) / spread;
    }
}
