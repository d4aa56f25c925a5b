using System.ComponentModel.DataAnnotations;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>How passages are chosen.</summary>
public sealed record RetrievalOptions
{
    public const string Section = "Retrieval";

    /// <summary>Passages per leg and query before fusion. Default: 40.</summary>
    [Range(1, 1_000)] public int Candidates { get; init; } = 40;

    /// <summary>Passages that are reranked after fusion. Default: 20.</summary>
    [Range(1, 200)] public int Reranked { get; init; } = 20;

    /// <summary>Passages that the answer may use. Default: 5.</summary>
    [Range(1, 50)] public int Passages { get; init; } = 5;

    /// <summary>The vector leg drops passages with a lower cosine. Default: 0.25.</summary>
    [Range(-1.0, 1.0)] public double SimilarityFloor { get; init; } = 0.25;

    /// <summary>
    /// Weight of the vector leg. The lexical leg has weight 1. Default: 1. Offline vectors compare spelling only, which the lexical leg does better.
    /// Their weight is <see cref="OfflineVectorWeight"/>.
    /// </summary>
    [Range(0.0, 10.0)] public double VectorWeight { get; init; } = 1;

    /// <summary>Weight of the vector leg with offline vectors. Default: 0.3.</summary>
    [Range(0.0, 10.0)] public double OfflineVectorWeight { get; init; } = 0.3;
}
