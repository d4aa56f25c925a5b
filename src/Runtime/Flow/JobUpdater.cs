using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Decides what an event means for a job and writes it. When the row has moved on since it was read, the row is read and the event is
/// decided again.
/// </summary>
public sealed class JobUpdater(IJobLedger ledger, ToolSet tools)
{
    /// <summary>A row is changed by its worker, its owner and a sweeper at the most.</summary>
    private const int Tries = 5;

    /// <summary>Returns the step that was written and the job as it then is; null when the event changed nothing.</summary>
    public async Task<Update?> Apply(Job job, JobEvent happened, CancellationToken token)
    {
        for (var tried = 1; JobMachine.Decide(job, happened, tools) is JobDecision.Step step; tried++)
        {
            if (await ledger.Apply(step.Change, token) is { } written)
                return new Update(step, written);
            // A sweeper and a replay mean the job as they found it: one that has moved on is no longer what was due, or what failed.
            if (happened is JobEvent.BecameDue or JobEvent.Requeued || tried == Tries)
                return null;
            var now = await ledger.Find(job.Tenant, job.Id, token);
            if (now is null || now.Version == job.Version)
                return null; // deleted; or it waits for its conversation, or cites a document that was deleted
            job = now;
        }
        return null;
    }
}

/// <param name="Job">As it was written.</param>
public sealed record Update(JobDecision.Step Step, Job Job);
