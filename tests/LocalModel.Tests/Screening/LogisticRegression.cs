using System.Numerics.Tensors;
using Navigator.Workers.Intake.Screening;

namespace Navigator.LocalModel.Tests.Screening;

/// <summary>Trains a logistic regression: Adam on all lines at once, the same weights for the same lines.</summary>
internal static class LogisticRegression
{
    private const int Steps = 400;
    private const double Rate = 0.5;
    private const float Decay = 4e-5f;

    /// <param name="lines">Features, label and weight of each. The hostile ones together count as much as the honest ones.</param>
    public static LinearWeights Train(IReadOnlyList<(float[] Features, bool IsHostile, double Weight)> lines)
    {
        var size = lines[0].Features.Length;
        var hostile = lines.Where(line => line.IsHostile).Sum(line => line.Weight);
        var honest = lines.Where(line => !line.IsHostile).Sum(line => line.Weight);
        var (weights, slope, bias) = (new float[size], new float[size], 0.0);
        var (mean, square) = (new double[size + 1], new double[size + 1]);
        for (var step = 1; step <= Steps; step++)
        {
            TensorPrimitives.Multiply<float>(weights, Decay, slope);
            var biasSlope = 0.0;
            foreach (var (features, isHostile, weight) in lines)
            {
                var sum = bias + TensorPrimitives.Dot<float>(weights, features);
                var error = (1 / (1 + Math.Exp(-sum)) - (isHostile ? 1 : 0)) * weight / (2 * (isHostile ? hostile : honest));
                TensorPrimitives.MultiplyAdd<float>(features, (float)error, slope, slope);
                biasSlope += error;
            }
            for (var i = 0; i < size; i++)
                weights[i] -= (float)Step(i, slope[i], step);
            bias -= Step(size, biasSlope, step);
        }
        var scale = (double)weights.Max(Math.Abs) / sbyte.MaxValue;
        return new LinearWeights(Math.Round(bias, 4), scale, [.. weights.Select(weight => (byte)(sbyte)Math.Round(weight / scale))]);

        double Step(int i, double along, int step)
        {
            mean[i] = 0.9 * mean[i] + 0.1 * along;
            square[i] = 0.999 * square[i] + 0.001 * along * along;
            return Rate * (mean[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
        }
    }
}
