namespace Navigator.Workers.Intake.Translation;

/// <summary>
/// Orders the providers: those whose circuit breaker admits calls come first, then those with the higher score. The score is the weighted
/// share of recent calls that succeeded, minus up to a fifth for the cost.
/// </summary>
internal sealed class ProviderScores(IReadOnlyList<double> costs)
{
    /// <summary>Weight of the newest call against all earlier ones.</summary>
    private const double Newest = 0.3;

    private const double CostShare = 0.2;

    private readonly Lock gate = new();
    private readonly double[] success = [.. costs.Select(_ => 1.0)];

    /// <param name="isAdmitted">Returns true if the provider's circuit breaker admits a call.</param>
    /// <returns>Indices, best first.</returns>
    public IReadOnlyList<int> Order(Func<int, bool> isAdmitted)
    {
        var dearest = Math.Max(costs.DefaultIfEmpty().Max(), double.Epsilon);
        lock (gate)
            return
            [
                .. Enumerable.Range(0, costs.Count).OrderByDescending(isAdmitted)
                    .ThenByDescending(i => success[i] - CostShare * costs[i] / dearest).ThenBy(i => i),
            ];
    }

    public void Report(int provider, bool good)
    {
        lock (gate)
            success[provider] += Newest * ((good ? 1 : 0) - success[provider]);
    }
}
