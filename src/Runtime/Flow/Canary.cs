using System.Security.Cryptography;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Sends a question of the system itself at intervals, through every queue that a caller's question passes. It calls no model and finds no
/// document. Its answer shows that the whole path works. There is one per interval, with any number of processes.
/// </summary>
public sealed partial class Canary(JobTransitions transitions, IJobLedger ledger, LivePolicy policy, TimeProvider clock, ILogger<Canary> log)
    : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>The newest canary that has ended; null before the first.</summary>
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
        using var span = NavigatorTrace.Start("canary");
        await transitions.Submit(
            CanaryQuestion.Tenant, null, CanaryQuestion.Text, new JobOptions(Web: false, null), policy.Now.Canary.Late, $"canary-{key}",
            SHA256.HashData([]), token);
        await ledger.DeleteFinished(CanaryQuestion.Tenant, Kept, 100, token);
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The canary {JobId} was not answered in time. It stopped in stage {Stage}. No worker consumes that stage, or workers are too slow")]
    private partial void LogLate(Guid jobId, JobStage stage);
}
