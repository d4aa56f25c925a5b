using Navigator.Contracts.Http;

namespace Navigator.Storage.Documents;

/// <summary>A document's row, without its bytes.</summary>
public sealed record DocumentRecord
{
    public required Guid Id { get; init; }
    public required string Tenant { get; init; }
    public required string Title { get; init; }
    public required string MediaType { get; init; }
    public required long Bytes { get; init; }

    /// <summary>True while the bytes are stored: until the text is extracted, and afterwards if originals are kept.</summary>
    public required bool HasContent { get; init; }
    public required DocumentStatus Status { get; init; }

    /// <summary>The ingestion's fencing token.</summary>
    public required int Attempt { get; init; }
    public string? ClaimedBy { get; init; }
    public int? Pages { get; init; }
    public int? Passages { get; init; }

    /// <summary>Number of passages that have a vector of <see cref="EmbeddingModel"/>.</summary>
    public int Embedded { get; init; }

    /// <summary>The model whose vectors are counted. In a ready document, the last one that has embedded all passages.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>Models that have embedded all passages, in alphabetical order. A search compares their vectors. Empty until it is ready.</summary>
    public IReadOnlyList<string> EmbeddedBy { get; init; } = [];
    public ChatError? Error { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public required DateTimeOffset Now { get; init; }
}

/// <param name="Lifetime">Time from the upload to the deadline of the ingestion.</param>
/// <param name="DueIn">When the sweeper checks whether a worker has taken the document.</param>
public sealed record NewDocument(
    Guid Id, string Tenant, string Title, string MediaType, byte[] Content, byte[] Sha256, TimeSpan Lifetime, TimeSpan DueIn);

/// <summary>A stored original file. Its bytes are read in parts.</summary>
public sealed record DocumentOriginal(string Title, string MediaType, byte[] Sha256, long Bytes);

/// <summary>A document and the fencing token of a message about it.</summary>
public readonly record struct DocumentKey(Guid Id, int Attempt)
{
    /// <summary>From the document's row; null for a worker that has only a message, which carries no tenant.</summary>
    public string? Tenant { get; init; }

    public static DocumentKey Of(DocumentRecord document) => new(document.Id, document.Attempt) { Tenant = document.Tenant };
}

/// <summary>A passage as chunking made it.</summary>
/// <param name="Page">From 1; null if the format has no pages.</param>
/// <param name="Headings">The headings above it, outermost first.</param>
public sealed record NewPassage(int? Page, IReadOnlyList<string> Headings, string Text)
{
    /// <summary>The text that is searched. It includes the headings: a passage under "Ambulance services" is about ambulances.</summary>
    public string Searchable() => Headings.Count == 0 ? Text : string.Join('\n', Headings) + '\n' + Text;
}

/// <summary>A passage that has no vector of a model yet.</summary>
public sealed record UnembeddedPassage(int Ordinal, string Searchable);
