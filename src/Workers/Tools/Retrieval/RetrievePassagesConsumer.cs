using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Retrieval;

internal sealed class RetrievePassagesConsumer(IJobLedger ledger, PassageRetrieval retrieval) : IConsumer<RetrievePassages>
{
    public async Task Consume(ConsumeContext<RetrievePassages> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.Read(message.JobId, token) is { } job && job.WaitsFor(Tool.Documents, message.Attempt))
            await retrieval.Run(job, message.Model, [.. message.Vectors.Select(vector => (ReadOnlyMemory<float>)VectorCodec.Decode(vector))], token);
    }
}
