namespace Navigator.Workers.Intake.Translation;

/// <summary>
/// Which provider is asked first: those whose circuit lets calls through, then those that answer, then those that are cheap. A score is the
/// share of late calls that went well less up to a fifth for the cost.
/// </summary>
internal sealed class ProviderScores(IReadOnlyList<double> costs)
{
    /// <summary>How much the last call counts against all before it.</summary>
    private const double Newest = 0.3;

    private const double CostShare = 0.2;

    private readonly Lock gate = new();
    private readonly double[] success = [.. costs.Select(_ => 1.0)];

    /// <param name="isAdmitted">Does this provider's circuit breaker let a call through?</param>
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
