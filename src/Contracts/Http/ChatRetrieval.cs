using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>How the passages for a question were ranked.</summary>
public sealed record ChatRetrieval
{
    public string Object { get; init; } = "chat.job.retrieval";

    [Description("Best first in the order of fusion. Empty if the documents were not searched, or if the operator stores none.")]
    public required IReadOnlyList<RetrievedCandidate> Candidates { get; init; }
}

/// <summary>One passage that was compared with the question.</summary>
public sealed record RetrievedCandidate
{
    public required Guid PassageId { get; init; }
    public required Guid DocumentId { get; init; }

    [Description("Rank by cosine, from 1; null if the vector leg did not return it.")]
    public int? VectorRank { get; init; }

    [Description("Cosine of question and passage, -1 to 1.")]
    public double? Cosine { get; init; }

    [Description("Rank by words, from 1; null if the lexical leg did not return it. A passage without both ranks was found by an expansion alone.")]
    public int? LexicalRank { get; init; }

    [Description("Share of the question's words that the passage has, weighted by rarity. Repeated words can raise it above 1.")]
    public double? Coverage { get; init; }

    [Description("Rank after fusion, from 1.")]
    public required int FusedRank { get; init; }

    [Description("Score after fusion, 0 to 1.")]
    public required double Score { get; init; }

    [Description("Rank among the passages that the answer may use, from 1; null if it was dropped.")]
    public int? Rank { get; init; }

    [Description("Why it was dropped: 'below the best', 'repeats a better passage' or 'deleted'; null if it was not.")]
    public string? Dropped { get; init; }
}
