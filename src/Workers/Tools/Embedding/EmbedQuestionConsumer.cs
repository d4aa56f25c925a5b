using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;
using Navigator.Workers.Limits;
using Navigator.Workers.Tools.Retrieval;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Tools.Embedding;

/// <summary>A batch of questions, one upstream call, a vector each.</summary>
internal sealed class EmbedQuestionConsumer(
    IJobLedger ledger, QuestionVectors vectors, PassageRetrieval retrieval, InPlace inPlace, JobTransitions transitions, Dispatcher dispatcher,
    LivePolicy policy) : IConsumer<Batch<EmbedQuestion>>
{
    public async Task Consume(ConsumeContext<Batch<EmbedQuestion>> context)
    {
        var token = context.CancellationToken;
        var keys = context.Message.Select(message => new JobKey(message.Message.JobId, message.Message.Attempt)).Distinct().ToList();
        var jobs = await ledger.FindPending(keys, Tool.Documents, token);
        if (jobs.Count == 0)
            return;

        var within = policy.Now.For(QueueNames.EmbedQuestion).Within(jobs.Max(job => job.Left));
        var found = await vectors.Of(jobs.SelectMany(job => job.Plan!.Queries().Documents.Select(query => (job.Tenant, query))), within, token);
        await Task.WhenAll(jobs.Select(job => Continue(job, [.. job.Plan!.Queries().Documents.Select(query => found[(job.Tenant, query)])], token)));
    }

    private Task Continue(Job job, IReadOnlyList<VectorOrFailure> queries, CancellationToken token)
    {
        if (queries.Select(query => query.Failure).OfType<UpstreamException>().FirstOrDefault() is { } failure)
            return transitions.Fail(job, Tool.Documents, new ChatError("embedding_failed", $"The embedding model did not help: {failure.Reason}."),
                token);
        if (inPlace.TryEnter(job, QueueNames.RetrievePassages) is not { } place)
            return dispatcher.Send(
                [new RetrievePassages(job.Id, job.Attempt, vectors.Model, [.. queries.Select(query => VectorCodec.Encode(query.Vector))])],
                job.Express, token);
        inPlace.Start(
            job, QueueNames.RetrievePassages, place,
            over => retrieval.Run(job, vectors.Model, [.. queries.Select(query => (ReadOnlyMemory<float>)query.Vector)], over));
        return Task.CompletedTask;
    }
}
