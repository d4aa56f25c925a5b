using System.Data.Common;
using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Keeps a lease during the work: renews it three times per lease duration, and stops the work if another worker holds the lease.
/// </summary>
internal static class Lease
{
    /// <summary>The name of this process, as operators see it in <c>claimed_by</c>.</summary>
    public static string Worker { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>True if the message was redelivered or retried, so its previous worker has lost it.</summary>
    public static bool IsTakenOver(ConsumeContext context) => context.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0;

    /// <param name="renew">Returns false if the lease is lost.</param>
    /// <param name="work">Its token is cancelled when the lease is lost, and with <paramref name="token"/>.</param>
    public static async Task Hold(
        TimeSpan lease, TimeProvider clock, Func<CancellationToken, Task<bool>> renew, Func<CancellationToken, Task> work, CancellationToken token)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(token);
        var timer = new PeriodicTimer(lease / 3, clock);
        var renewing = Renew(timer, renew, lost);
        try
        {
            await work(lost.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !token.IsCancellationRequested)
        {
            // Another worker continues the job, so this worker stops.
        }
        finally
        {
            timer.Dispose();
            await renewing;
        }
    }

    private static async Task Renew(PeriodicTimer timer, Func<CancellationToken, Task<bool>> renew, CancellationTokenSource lost)
    {
        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                if (await renew(lost.Token))
                    continue;
                await lost.CancelAsync();
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error) when (error is DbException or TimeoutException)
            {
                // The renewal failed. Another one follows before the lease runs out, and the fencing token holds in any case.
            }
        }
    }
}

/// <summary>Runs a stage of a job that only one worker may run.</summary>
public sealed class StageLease(JobTransitions transitions, LivePolicy policy, TimeProvider clock)
{
    /// <param name="job">The job as read for this message.</param>
    /// <param name="attempt">The attempt in the message.</param>
    public async Task Run(Job job, int attempt, JobStage stage, ConsumeContext context, Func<Job, CancellationToken, Task> work)
    {
        var token = context.CancellationToken;
        if (await transitions.Claim(job, attempt, stage, Lease.Worker, Lease.IsTakenOver(context), token) is not { } claimed)
            return; // finished, cancelled or another worker's: the message is stale
        await FailPoint.LoseConsumer(context);
        await Hold(claimed, work, token);
    }

    /// <summary>Runs a stage that this worker claimed together with its last report.</summary>
    public async Task Hold(Job job, Func<Job, CancellationToken, Task> work, CancellationToken token)
    {
        FailPoint.Reach(FailPoint.AfterClaim);
        var held = job;
        await Lease.Hold(policy.Now.Job.Lease, clock, Renew, cancel => work(job, cancel), token);

        async Task<bool> Renew(CancellationToken cancel)
        {
            if (await transitions.Renew(held, Lease.Worker, cancel) is not { } renewed)
                return false;
            held = renewed;
            return true;
        }
    }
}

/// <summary>Runs the extraction of a document's text, which only one worker may run.</summary>
public sealed class DocumentLease(DocumentTransitions transitions, LivePolicy policy, TimeProvider clock)
{
    public async Task Run(DocumentKey key, ConsumeContext context, Func<DocumentRecord, byte[], CancellationToken, Task> work)
    {
        var token = context.CancellationToken;
        if (await transitions.Claim(key, Lease.Worker, Lease.IsTakenOver(context), token) is not var (document, content))
            return; // deleted, finished or another worker's
        await Lease.Hold(
            policy.Now.Document.Lease, clock, cancel => transitions.Renew(DocumentKey.Of(document), Lease.Worker, cancel),
            cancel => work(document, content, cancel), token);
    }
}
