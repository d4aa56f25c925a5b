using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage;
using Navigator.Storage.Ledger;
using Navigator.Workers.Embedders;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tools.Embedding;

/// <summary>Embeds the questions of several jobs with one call to the model, and continues each job.</summary>
internal sealed class QuestionEmbedding
{
    private readonly QuestionVectors vectors;
    private readonly PassageRetrieval retrieval;
    private readonly JobTransitions transitions;
    private readonly LivePolicy policy;
    private readonly GroupedCalls<Job, IReadOnlyList<VectorOrFailure>> inline;

    public QuestionEmbedding(
        QuestionVectors vectors, PassageRetrieval retrieval, JobTransitions transitions, QueueBulkheads bulkheads, LivePolicy policy)
    {
        (this.vectors, this.retrieval, this.transitions, this.policy) = (vectors, retrieval, transitions, policy);
        // Behind the queue's own limit, like the batches that come as messages.
        var limits = policy.Now.For(QueueNames.EmbedQuestion);
        inline = new GroupedCalls<Job, IReadOnlyList<VectorOrFailure>>(
            limits.Batch ?? 1, limits.Places, EmbedBehindLimit, isOfOneItem: _ => false, "embeddings");

        async Task<IReadOnlyList<IReadOnlyList<VectorOrFailure>>> EmbedBehindLimit(IReadOnlyList<Job> jobs)
        {
            IReadOnlyList<IReadOnlyList<VectorOrFailure>> found = [];
            await bulkheads.Run(
                QueueNames.EmbedQuestion, async () => found = await Embed(jobs, CancellationToken.None), CancellationToken.None);
            return found;
        }
    }

    public string Model => vectors.Model;

    /// <summary>Returns, for each job, a vector or a failure for each document query of its plan.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<VectorOrFailure>>> Embed(IReadOnlyList<Job> jobs, CancellationToken token)
    {
        var within = policy.Now.For(QueueNames.EmbedQuestion).Within(jobs.Max(job => job.Left));
        var found = await vectors.Of(jobs.SelectMany(job => QueriesOf(job).Select(query => (job.Tenant, query))), within, token);
        return [.. jobs.Select(job => QueriesOf(job).Select(query => found[(job.Tenant, query)]).ToList())];
    }

    private static IReadOnlyList<string> QueriesOf(Job job) => job.Plan!.Queries().Of(Tool.Documents);

    /// <summary>Embeds a job's question together with others that arrive at the same time, searches the passages, and reports them.</summary>
    public async Task RunInline(Job job, CancellationToken token)
    {
        using var span = NavigatorTrace.Start(QueueNames.EmbedQuestion, job);
        var queries = await inline.Run(job, Timeout.InfiniteTimeSpan, token);
        if (!await HasFailed(job, queries, token))
            await retrieval.Run(job, Model, [.. queries.Select(query => (ReadOnlyMemory<float>)query.Vector)], token);
    }

    /// <summary>If the model failed, skips the documents or ends the job.</summary>
    public async Task<bool> HasFailed(Job job, IReadOnlyList<VectorOrFailure> queries, CancellationToken token)
    {
        if (queries.Select(query => query.Failure).OfType<UpstreamException>().FirstOrDefault() is not { } failure)
            return false;
        await transitions.Fail(
            job, Tool.Documents, new ChatError(ErrorCode.EmbeddingFailed, $"The embedding model failed: {failure.Reason}."), token);
        return true;
    }
}
