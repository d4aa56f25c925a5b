using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Flow;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake;

internal sealed class PrepareQuestionConsumer(IJobLedger ledger, StageLease lease, QuestionPreparation preparation) : IConsumer<PrepareQuestion>
{
    public async Task Consume(ConsumeContext<PrepareQuestion> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.Read(message.JobId, token) is not { } job)
            return; // the job was deleted

        // Intake without a model takes less time than a claim. If two workers run it at once, the ledger accepts the first plan and rejects the
        // second. A question that waits for an earlier one of its conversation must not be prepared yet.
        if (!preparation.AsksModels && job is { Status: JobStatus.Queued, Stage: JobStage.Intake, StartsConversation: true }
            && job.Attempt == message.Attempt)
            await preparation.Run(job, token);
        else
            await lease.Run(job, message.Attempt, JobStage.Intake, context, preparation.Run);
    }
}
