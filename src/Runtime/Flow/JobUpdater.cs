using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Decides on an event for a job and writes the change. If the row has changed since it was read, it is read and decided on again.
/// </summary>
public sealed class JobUpdater(IJobLedger ledger, ToolSet tools)
{
    /// <summary>At most a worker, the owner and a sweeper change a row at the same time.</summary>
    private const int Tries = 5;

    /// <summary>Returns the written step and the job as written; null if the event changed nothing.</summary>
    public async Task<Update?> Apply(Job job, JobEvent happened, CancellationToken token)
    {
        for (var tried = 1; JobMachine.Decide(job, happened, tools) is JobDecision.Step step; tried++)
        {
            if (await ledger.Apply(step.Change, token) is { } written)
                return new Update(step, written);
            // For a sweeper and a replay a changed row is not decided on again: it is no longer due, or no longer failed.
            if (happened is JobEvent.BecameDue or JobEvent.Requeued || tried == Tries)
                return null;
            var now = await ledger.Find(job.Tenant, job.Id, token);
            if (now is null || now.Version == job.Version)
                return null; // deleted, or waits for its conversation, or cites a deleted document
            job = now;
        }
        return null;
    }
}

/// <param name="Job">The job as written.</param>
public sealed record Update(JobDecision.Step Step, Job Job);
