using System.ComponentModel.DataAnnotations;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>How passages are chosen.</summary>
public sealed record RetrievalOptions
{
    public const string Section = "Retrieval";

    /// <summary>
    /// A YAML file: for each term of the documents, the words that people use instead. A change is in force within two seconds. Default:
    /// synonyms.yaml beside the program.
    /// </summary>
    public string? Synonyms { get; init; }

    /// <summary>Passages per leg and query before fusion. Default: 40.</summary>
    [Range(1, 1_000)] public int Candidates { get; init; } = 40;

    /// <summary>Passages that are compared with each other after fusion. Default: 20.</summary>
    [Range(1, 200)] public int Reranked { get; init; } = 20;

    /// <summary>Places in the documents that the answer may use. Their neighbours may be used too. Default: 5.</summary>
    [Range(1, 50)] public int Passages { get; init; } = 5;

    /// <summary>The vector leg drops passages with a lower cosine. Default: 0.25.</summary>
    [Range(-1.0, 1.0)] public double SimilarityFloor { get; init; } = 0.25;

    /// <summary>
    /// Weight of the words beside the vectors: a passage scores cosine + weight · coverage², where coverage is the share of the question's words
    /// that it has, weighted by rarity. Default: 0.6, the best on two collections. Questions in other words than the document's want less, exact
    /// terms want more.
    /// </summary>
    [Range(0.0, 10.0)] public double LexicalWeight { get; init; } = 0.6;

    /// <summary>
    /// Weight of the vector leg with offline vectors, which compare spelling only. The lexical leg has weight 1; ranks are fused. Default: 0.3.
    /// </summary>
    [Range(0.0, 10.0)] public double OfflineVectorWeight { get; init; } = 0.3;

    /// <summary>
    /// Candidates of each question whose ranks and scores are stored with the job, for /v1/chat/jobs/{id}/retrieval. Default: 20. 0 stores none.
    /// </summary>
    [Range(0, 1_000)] public int Explained { get; init; } = 20;
}
