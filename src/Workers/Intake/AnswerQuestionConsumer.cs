using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Flow;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake;

internal sealed class AnswerQuestionConsumer(IJobLedger ledger, StageLease lease, Preparation preparation) : IConsumer<AnswerQuestion>
{
    public async Task Consume(ConsumeContext<AnswerQuestion> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.Read(message.JobId, token) is not { } job)
            return; // deleted meanwhile

        // Intake that asks no model takes less time than claiming it would. The first of two workers that do it at once writes its plan,
        // and the other's is refused. A question that waits for an earlier one of its conversation must not be read before its turn.
        if (!preparation.AsksModels && job is { Status: JobStatus.Queued, Stage: JobStage.Intake, StartsConversation: true }
            && job.Attempt == message.Attempt)
            await preparation.Run(job, token);
        else
            await lease.Run(job, message.Attempt, JobStage.Intake, context, preparation.Run);
    }
}
