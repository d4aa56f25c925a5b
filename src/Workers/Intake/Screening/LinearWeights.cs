namespace Navigator.Workers.Intake.Screening;

/// <summary>A logistic regression, its weights in one byte each.</summary>
/// <param name="Bias">The logit of a sentence without features.</param>
/// <param name="Scale">What one step of a weight is worth.</param>
/// <param name="Weights">sbyte[], in base64 where it is stored.</param>
internal sealed record LinearWeights(double Bias, double Scale, byte[] Weights)
{
    public double Probability(ReadOnlySpan<float> features)
    {
        var sum = 0.0;
        for (var i = 0; i < features.Length; i++)
            sum += features[i] * (sbyte)Weights[i];
        return 1 / (1 + Math.Exp(-(Bias + Scale * sum)));
    }
}
