using System.Security.Cryptography;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// A question of the system's own now and then, through every queue that a person's question takes. It asks no model and finds
/// no document; that it comes back says that the road is open. One per interval, however many processes there are.
/// </summary>
public sealed partial class Canary(JobTransitions transitions, IJobLedger ledger, LivePolicy policy, TimeProvider clock, ILogger<Canary> log)
    : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>The newest that has ended; null before the first.</summary>
    public Job? Last { get; private set; }

    public bool IsLate => Last is { Status: not JobStatus.Answered };

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Canary.Interval, "The canary", Ask, clock, log, stoppingToken);

    private async Task Ask(CancellationToken token)
    {
        var wasLate = IsLate;
        var recent = await ledger.List(CanaryQuestion.Tenant, new JobFilter(Limit: 10), token);
        Last = recent.FirstOrDefault(job => job.Status.IsFinished()) ?? Last;
        if (IsLate && !wasLate)
            LogLate(Last!.Id, Last.Stage);

        var key = clock.GetUtcNow().Ticks / policy.Now.Canary.Interval.Ticks;
        await transitions.Submit(
            CanaryQuestion.Tenant, null, CanaryQuestion.Text, new JobOptions(Web: false, null), policy.Now.Canary.Late, $"canary-{key}",
            SHA256.HashData([]), token);
        await ledger.DeleteFinished(CanaryQuestion.Tenant, Kept, 100, token);
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The canary {JobId} did not come back; it got as far as {Stage}. No worker takes messages there, or they are too slow")]
    private partial void LogLate(Guid jobId, JobStage stage);
}
