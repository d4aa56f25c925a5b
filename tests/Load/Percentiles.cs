namespace Navigator.Load;

/// <summary>Milliseconds of those that were answered.</summary>
internal sealed record Percentiles(double P50, double P95, double P99, double Max)
{
    public static Percentiles Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        double At(double part) => sorted.Count == 0
            ? 0
            : Math.Round(sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(part * sorted.Count) - 1)], 1);
        return new Percentiles(At(0.5), At(0.95), At(0.99), At(1));
    }
}
