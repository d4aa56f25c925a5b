using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;

namespace Navigator.Workers.Intake;

internal sealed class AnswerQuestionConsumer(StageLease lease, Preparation preparation) : IConsumer<AnswerQuestion>
{
    public Task Consume(ConsumeContext<AnswerQuestion> context) =>
        lease.Run(new JobKey(context.Message.JobId, context.Message.Attempt), JobStage.Intake, context, preparation.Run);
}
