using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake.Planning;

/// <summary>An earlier question of the conversation and its answer.</summary>
internal sealed record ConversationTurn(string Question, string Answer)
{
    private const int Remembered = 3;

    /// <summary>Returns the last answered turns before a job, oldest first.</summary>
    public static async Task<IReadOnlyList<ConversationTurn>> Before(Job job, IJobLedger ledger, CancellationToken token)
    {
        if (job.StartsConversation)
            return [];
        var answered = await ledger.List(job.Tenant, new JobFilter(JobStatus.Answered, job.ConversationId, job.Id, Remembered), token);
        return [.. answered.Reverse().Where(turn => turn.Plan is not { SmallTalk: true })
            .Select(turn => new ConversationTurn(turn.Plan?.Question ?? turn.Question, turn.Answer!.Text))];
    }
}
