using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Storage.Ledger;
using Navigator.Workers.Embedders;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tools.Embedding;

/// <summary>Embeds a batch of questions with one upstream call.</summary>
internal sealed class EmbedQuestionConsumer(
    IJobLedger ledger, QuestionEmbedding embedding, PassageRetrieval retrieval, InlineContinuation continuation, Dispatcher dispatcher)
        : IConsumer<Batch<EmbedQuestion>>
{
    public async Task Consume(ConsumeContext<Batch<EmbedQuestion>> context)
    {
        var token = context.CancellationToken;
        var read = await Task.WhenAll(context.Message.Select(message => message.Message).Distinct().Select(async message =>
            await ledger.Read(message.JobId, token) is { } job && job.WaitsFor(Tool.Documents, message.Attempt) ? job : null));
        var jobs = read.OfType<Job>().ToList();
        if (jobs.Count == 0)
            return;
        var began = DateTimeOffset.UtcNow;
        var queries = await embedding.Embed(jobs, token);
        await Task.WhenAll(jobs.Zip(queries, (job, own) => Continue(job, own, began, token)));
    }

    private async Task Continue(Job job, IReadOnlyList<VectorOrFailure> queries, DateTimeOffset began, CancellationToken token)
    {
        using var span = NavigatorTrace.Start(QueueNames.EmbedQuestion, job, began);
        if (await embedding.HasFailed(job, queries, token))
            return;
        if (continuation.TryEnter(job, QueueNames.RetrievePassages) is not { } permit)
            await dispatcher.Send(
                [new RetrievePassages(job.Id, job.Attempt, embedding.Model, [.. queries.Select(query => VectorCodec.Encode(query.Vector))])],
                token);
        else
            continuation.Start(
                job, QueueNames.RetrievePassages, permit,
                over => retrieval.Run(job, embedding.Model, [.. queries.Select(query => (ReadOnlyMemory<float>)query.Vector)], over));
    }
}
