namespace Navigator.Workers.Intake.Translation;

/// <summary>
/// Who is to be asked first: those that answer, then those that are cheap. A score is the share of late calls that went well
/// less up to a fifth for the cost; one that has just failed rests, and is asked only after all others.
/// </summary>
internal sealed class ProviderScores(IReadOnlyList<double> costs, TimeProvider clock)
{
    /// <summary>How much the last call counts against all before it.</summary>
    private const double Newest = 0.3;

    private const double CostShare = 0.2;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly double[] success = [.. costs.Select(_ => 1.0)];
    private readonly DateTimeOffset[] restsUntil = new DateTimeOffset[costs.Count];

    /// <summary>Indices, best first.</summary>
    public IReadOnlyList<int> Order()
    {
        var dearest = Math.Max(costs.DefaultIfEmpty().Max(), double.Epsilon);
        lock (gate)
        {
            var now = clock.GetUtcNow();
            return
            [
                .. Enumerable.Range(0, costs.Count).OrderBy(i => restsUntil[i] > now)
                    .ThenByDescending(i => success[i] - CostShare * costs[i] / dearest).ThenBy(i => i),
            ];
        }
    }

    public void Report(int provider, bool good)
    {
        lock (gate)
        {
            success[provider] += Newest * ((good ? 1 : 0) - success[provider]);
            restsUntil[provider] = good ? default : clock.GetUtcNow() + Rest;
        }
    }
}
