using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Workers.Flow;
using Navigator.Workers.Tools.Embedding;

namespace Navigator.Workers.Tools.Retrieval;

internal sealed class RetrievePassagesConsumer(IJobLedger ledger, PassageSearcher searcher, JobTransitions transitions) : IConsumer<RetrievePassages>
{
    public async Task Consume(ConsumeContext<RetrievePassages> context)
    {
        var (message, token) = (context.Message, context.CancellationToken);
        if (await ledger.FindPending([new JobKey(message.JobId, message.Attempt)], Tool.Documents, token) is not [var job])
            return;

        var queries = job.Plan!.DocumentQueries.Zip(message.Vectors, (text, vector) => new PassageQuery(text, VectorCodec.Decode(vector))).ToList();
        var passages = await searcher.Search(job.Tenant, message.Model, queries, job.Options.DocumentIds, token);
        var elapsed = job.ToolsAt is { } began ? DateTimeOffset.UtcNow - began : TimeSpan.Zero;
        await transitions.Finish(job, new DocumentsResult(passages, (long)elapsed.TotalMilliseconds), token);
    }
}
