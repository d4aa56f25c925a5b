using Navigator.Contracts.Http;

namespace Navigator.Storage.Passages;

/// <summary>Finds passages of ready documents, by meaning and by words. Filters apply before anything is ranked.</summary>
public interface IPassageIndex
{
    /// <summary>Two ranked lists per query, in the order of the queries.</summary>
    Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token);

    /// <summary>A tenant's passages by id, in the order of <paramref name="ids"/>; those that are gone are left out.</summary>
    Task<IReadOnlyList<CitedPassage>> Read(string tenant, IReadOnlyList<Guid> ids, CancellationToken token);
}

/// <param name="Model">Only passages embedded by the same model are compared with the vectors.</param>
/// <param name="DocumentIds">Only these documents; null for all of the tenant's.</param>
/// <param name="Limit">How many per leg, at most.</param>
/// <param name="SimilarityFloor">Cosine below which the vector leg finds nothing.</param>
public sealed record PassageSearch(
    string Tenant, string Model, IReadOnlyList<PassageQuery> Queries, IReadOnlyList<Guid>? DocumentIds, int Limit, double SimilarityFloor);

/// <param name="Text">Searched by its words.</param>
/// <param name="Vector">float[1536], searched by direction.</param>
public sealed record PassageQuery(string Text, ReadOnlyMemory<float> Vector);

/// <param name="Nearest">By cosine similarity, best first.</param>
/// <param name="Lexical">By BM25, best first.</param>
public sealed record SearchLegs(IReadOnlyList<Hit> Nearest, IReadOnlyList<Hit> Lexical);

public readonly record struct Hit(Guid PassageId, Guid DocumentId, double Score);

/// <summary>A passage and the document it stands in.</summary>
public sealed record CitedPassage(Passage Passage, string DocumentTitle);
