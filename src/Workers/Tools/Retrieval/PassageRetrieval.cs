using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>Searches the passages for a job's queries and vectors, and reports them.</summary>
internal sealed class PassageRetrieval(PassageSearcher searcher, ToolReport report, LivePolicy policy, TimeProvider clock)
{
    /// <param name="vectors">One vector of the model for each of the plan's document queries.</param>
    public async Task Run(Job job, string model, IReadOnlyList<ReadOnlyMemory<float>> vectors, CancellationToken token)
    {
        using var span = NavigatorTrace.Start(QueueNames.RetrievePassages, job);
        var queries = job.Plan!.Queries().Of(Tool.Documents).Zip(vectors, (text, vector) => new PassageQuery(text, vector)).ToList();
        var (passages, fits, candidates) = await Search(job, model, queries, token);
        var elapsed = job.WaveAt is { } began ? clock.GetUtcNow() - began : TimeSpan.Zero;
        await report.Finish(job, Tool.Documents, Found(), token);

        DocumentsResult Found() => new(passages, (long)elapsed.TotalMilliseconds) { Fits = fits, Candidates = candidates };
    }

    private async Task<(IReadOnlyList<FoundPassage> Passages, bool Fits, IReadOnlyList<RankedCandidate> Candidates)> Search(
        Job job, string model, IReadOnlyList<PassageQuery> queries, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(policy.Now.For(QueueNames.RetrievePassages).Timeout);
        try
        {
            return await searcher.Search(job.Tenant, model, queries, job.Options.DocumentIds, limit.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new SearchTimeoutException();
        }
    }
}
