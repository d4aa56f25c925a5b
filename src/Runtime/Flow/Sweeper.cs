using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;
using Navigator.Storage.Webhooks;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Repairs everything that is overdue: lost messages, dead workers, slow waves, passed deadlines. Every process has a sweeper, workers and API
/// alike, so that deadlines hold even if no worker runs. Concurrent sweepers share the work through SKIP LOCKED. <see cref="JobMachine"/> and
/// <see cref="DocumentMachine"/> decide what happens.
/// </summary>
internal sealed partial class Sweeper(
    IJobLedger jobs, IReplayStore replays, IDocumentStore documents, IWebhooks webhooks, JobTransitions transitions,
    DocumentTransitions documentTransitions, Dispatcher dispatcher, LivePolicy policy, TimeProvider clock, ILogger<Sweeper> log) : BackgroundService
{
    /// <summary>Time for which other sweepers leave taken rows alone: much longer than the work takes, much shorter than a deadline.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(2);

    /// <summary>Long enough for a message that waits behind others.</summary>
    private static readonly TimeSpan WebhookGuard = TimeSpan.FromSeconds(30);

    /// <summary>Due jobs that are repaired at once. Not a setting, because their statements share groups (postgres.group_size).</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(1);

    private DateTimeOffset lastDeletion;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Sweeper.Interval, "The sweeper", Sweep, clock, log, stoppingToken);

    internal async Task Sweep(CancellationToken token)
    {
        // A full batch means that more is due, so the next batch follows at once.
        IReadOnlyList<Job> due;
        do
        {
            due = await jobs.TakeDue(policy.Now.Sweeper.Batch, Guard, token);
            foreach (var some in due.Chunk(AtOnce))
                await Task.WhenAll(some.Select(job => transitions.WhenDue(job, token)));
        }
        while (due.Count == policy.Now.Sweeper.Batch);

        foreach (var document in await documents.TakeDue(policy.Now.Sweeper.Batch, Guard, token))
            await documentTransitions.WhenDue(document, token);

        foreach (var webhook in await webhooks.TakeDue(policy.Now.Sweeper.Batch, WebhookGuard, token))
        {
            using var span = NavigatorTrace.Start("sweep", webhook.JobId, webhook.Trace);
            await dispatcher.Start([new DeliverWebhook(webhook.JobId)], token);
        }

        if (clock.GetUtcNow() - lastDeletion > RetentionInterval)
        {
            while (await jobs.DeleteFinished(null, policy.Now.Sweeper.Retention, policy.Now.Sweeper.Batch, token) == policy.Now.Sweeper.Batch)
                LogDeleted(policy.Now.Sweeper.Batch);
            await replays.DeleteFinished(policy.Now.Sweeper.Retention, token);
            if (policy.Now.Sweeper.DocumentRetention is { } kept)
                while (await documents.DeleteFinished(kept, policy.Now.Sweeper.Batch, token) is var deleted and > 0)
                    LogDocumentsDeleted(deleted);
            lastDeletion = clock.GetUtcNow();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} documents were deleted because their retention time is over")]
    private partial void LogDocumentsDeleted(int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} jobs were deleted because their retention time is over")]
    private partial void LogDeleted(int count);
}
