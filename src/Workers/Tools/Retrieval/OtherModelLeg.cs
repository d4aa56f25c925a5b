using System.Diagnostics;
using Navigator.Contracts;
using Navigator.Runtime.Limits;
using Navigator.Storage.Passages;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// The vector leg of documents that the question's model has not embedded and another one has: the question is embedded by that one too. Only a
/// search that meets such a document asks for it, so that it costs nothing when all documents are embedded (docs/decisions/0031).
/// </summary>
internal sealed partial class OtherModelLeg(OtherModels models, LivePolicy policy, ILogger<OtherModelLeg> log)
{
    /// <inheritdoc cref="PassageSearch.OtherModel"/>
    public string? ModelBeside(string model) => models.Beside(model)?.Name;

    /// <summary>
    /// Adds these documents' passages to the vector legs. If the other model or the search fails or is late, the legs stay as they are, so that
    /// words find them.
    /// </summary>
    /// <param name="legs">What the search found.</param>
    /// <param name="find">Runs another search.</param>
    /// <param name="began">Timestamp of the start of the stage. The other model has at most half of what is left of its time.</param>
    public async Task<IReadOnlyList<SearchLegs>> Complete(
        PassageSearch search, IReadOnlyList<SearchLegs> legs, Func<PassageSearch, CancellationToken, Task<IReadOnlyList<SearchLegs>>> find,
        long began, CancellationToken token)
    {
        if (legs is not [{ OfOtherModel: { Count: > 0 } documents }, ..] || models.Beside(search.Model) is not { } model)
            return legs;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Patience(began));
        try
        {
            if (await model.Embed(search.Tenant, [.. search.Queries.Select(query => query.Text)], limit.Token) is not { } vectors)
                return legs;
            // Without a text there is no lexical leg: the first search had it.
            var others = await find(
                search with
                {
                    Model = model.Name,
                    OtherModel = null,
                    DocumentIds = documents,
                    Queries = [.. vectors.Select(vector => new PassageQuery("", vector))],
                },
                limit.Token);
            return [.. legs.Zip(others, (own, other) => own with { Nearest = Best(own.Nearest.Concat(other.Nearest), search.Limit) })];
        }
        catch (Exception error) when (!token.IsCancellationRequested)
        {
            // If the database is away, the next statement says so.
            LogFailed(documents.Count, model.Name, error.GetType().Name);
            return legs;
        }
    }

    private TimeSpan Patience(long began)
    {
        var half = (policy.Now.For(QueueNames.RetrievePassages).Timeout - Stopwatch.GetElapsedTime(began)) / 2;
        return half <= TimeSpan.Zero ? TimeSpan.Zero : half < OtherModel.Patience ? half : OtherModel.Patience;
    }

    private static IReadOnlyList<Hit> Best(IEnumerable<Hit> hits, int limit) => [.. hits.OrderByDescending(hit => hit.Score).Take(limit)];

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Documents} documents that have vectors of {Model} alone were not searched by meaning in time ({Error}). Words found them")]
    private partial void LogFailed(int documents, string model, string error);
}
