using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Flow;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Answer;

internal sealed class ComposeAnswerConsumer(IJobLedger ledger, StageLease lease, AnswerComposition composition) : IConsumer<ComposeAnswer>
{
    public async Task Consume(ConsumeContext<ComposeAnswer> context)
    {
        if (await ledger.Read(context.Message.JobId, context.CancellationToken) is { } job)
            await lease.Run(job, context.Message.Attempt, JobStage.Answer, context, composition.Run);
    }
}
