using Navigator.Contracts.Http;

namespace Navigator.Storage.Passages;

/// <summary>
/// Finds passages by words as soon as their document's text is stored, and by meaning when all its vectors are. Filters apply before the ranking.
/// </summary>
public interface IPassageIndex
{
    /// <summary>Returns two ranked lists for each query, in the order of the queries.</summary>
    Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token);

    /// <summary>Returns a tenant's passages by id, in the order of <paramref name="ids"/>. Deleted passages are left out.</summary>
    Task<IReadOnlyList<CitedPassage>> Read(string tenant, IReadOnlyList<Guid> ids, CancellationToken token);

    /// <summary>Returns the model's vectors of a tenant's passages, scaled to length 1. Passages without one are left out.</summary>
    Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<float>>> Vectors(
        string tenant, string model, IReadOnlyList<(Guid DocumentId, Guid PassageId)> passages, CancellationToken token);
}

/// <param name="Model">Only vectors of this model are compared. Passages of documents that have none are found by words.</param>
/// <param name="DocumentIds">Only these documents; null for all of the tenant's.</param>
/// <param name="Limit">Maximum number of hits per leg.</param>
/// <param name="SimilarityFloor">The vector leg drops hits whose cosine is lower.</param>
public sealed record PassageSearch(
    string Tenant, string Model, IReadOnlyList<PassageQuery> Queries, IReadOnlyList<Guid>? DocumentIds, int Limit, double SimilarityFloor)
{
    /// <summary>
    /// A second model. <see cref="SearchLegs.OfOtherModel"/> names the documents that it has embedded and the first has not. Null: there is none.
    /// </summary>
    public string? OtherModel { get; init; }
}

/// <param name="Text">Text for the lexical leg.</param>
/// <param name="Vector">The model's vector of the text, of any length; empty: the query has no vector leg.</param>
public sealed record PassageQuery(string Text, ReadOnlyMemory<float> Vector);

/// <param name="Nearest">By cosine similarity, best first.</param>
/// <param name="Lexical">
/// By BM25, best first. A score says how much of the query the passage covers: BM25 divided by the BM25 of a passage that contains each distinct
/// word once. 1 means about every word. A passage that repeats words can score more, up to 2.2. Rare words count more than frequent ones, and a
/// word that no searched passage contains counts as the rarest.
/// </param>
public sealed record SearchLegs(IReadOnlyList<Hit> Nearest, IReadOnlyList<Hit> Lexical)
{
    /// <summary>
    /// Searched documents that <see cref="PassageSearch.OtherModel"/> has embedded and the search's model has not, so that the vector leg contains
    /// none of their passages. The same for each query.
    /// </summary>
    public IReadOnlyList<Guid> OfOtherModel { get; init; } = [];
}

public readonly record struct Hit(Guid PassageId, Guid DocumentId, double Score);

/// <summary>A passage and the title of its document.</summary>
public sealed record CitedPassage(Passage Passage, string DocumentTitle);
