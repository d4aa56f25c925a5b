using Navigator.Workers.Intake.Screening;

namespace Navigator.LocalModel.Tests.Screening;

/// <summary>Trains a logistic regression: Adam on all lines at once, the same weights for the same lines.</summary>
internal static class LogisticRegression
{
    private const int Steps = 400;
    private const double Rate = 0.5, Decay = 4e-5;

    /// <param name="lines">Features, label and weight of each. The hostile ones together count as much as the honest ones.</param>
    public static LinearWeights Train(IReadOnlyList<(float[] Features, bool IsHostile, double Weight)> lines)
    {
        var size = lines[0].Features.Length;
        var hostile = lines.Where(line => line.IsHostile).Sum(line => line.Weight);
        var honest = lines.Where(line => !line.IsHostile).Sum(line => line.Weight);
        var (weights, mean, square, slope) = (new double[size + 1], new double[size + 1], new double[size + 1], new double[size + 1]);
        for (var step = 1; step <= Steps; step++)
        {
            for (var i = 0; i < size; i++)
                slope[i] = Decay * weights[i];
            slope[size] = 0;
            foreach (var (features, isHostile, weight) in lines)
            {
                var sum = weights[size];
                for (var i = 0; i < size; i++)
                    sum += weights[i] * features[i];
                var error = (1 / (1 + Math.Exp(-sum)) - (isHostile ? 1 : 0)) * weight / (2 * (isHostile ? hostile : honest));
                for (var i = 0; i < size; i++)
                    slope[i] += error * features[i];
                slope[size] += error;
            }
            for (var i = 0; i <= size; i++)
            {
                mean[i] = 0.9 * mean[i] + 0.1 * slope[i];
                square[i] = 0.999 * square[i] + 0.001 * slope[i] * slope[i];
                weights[i] -= Rate * (mean[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }
        }
        var scale = weights.Take(size).Max(Math.Abs) / sbyte.MaxValue;
        return new LinearWeights(Math.Round(weights[size], 4), scale,
            [.. weights.Take(size).Select(weight => (byte)(sbyte)Math.Round(weight / scale))]);
    }
}
