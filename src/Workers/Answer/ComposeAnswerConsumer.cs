using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;

namespace Navigator.Workers.Answer;

internal sealed class ComposeAnswerConsumer(StageLease lease, AnswerComposition composition) : IConsumer<ComposeAnswer>
{
    public Task Consume(ConsumeContext<ComposeAnswer> context) =>
        lease.Run(new JobKey(context.Message.JobId, context.Message.Attempt), JobStage.Answer, context, composition.Run);
}
