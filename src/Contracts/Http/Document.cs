using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>The status of a document's ingestion.</summary>
public enum DocumentStatus
{
    /// <summary>Stored. No worker has claimed it yet.</summary>
    Queued,

    /// <summary>A worker extracts the text and cuts it into passages.</summary>
    Extracting,

    /// <summary>Questions find it by words. Workers compute the passages' vectors; <c>embedded_passages</c> says how far they are.</summary>
    Searchable,

    /// <summary>Questions find it by words and by meaning.</summary>
    Ready,

    /// <summary>The document could not be read. <c>error</c> gives the reason.</summary>
    Failed,
}

/// <summary>A document sent as text and not as a file.</summary>
public sealed record TextDocumentRequest
{
    [Description("The title that citations show, 1 to 200 characters.")]
    public string? Title { get; init; }

    [Description("Plain text or Markdown.")]
    public string? Text { get; init; }
}

/// <summary>A document as its owner sees it.</summary>
public sealed record Document
{
    public required Guid Id { get; init; }
    public string Object { get; init; } = "document";
    public required string Title { get; init; }
    public required string MediaType { get; init; }
    public required long Bytes { get; init; }
    public required DocumentStatus Status { get; init; }

    [Description("Null until the text is extracted.")]
    public int? Pages { get; init; }

    [Description("Null until the text is extracted.")]
    public int? Passages { get; init; }

    [Description("Number of passages that have a vector.")]
    public required int EmbeddedPassages { get; init; }

    [Description("Embedding models that have embedded all passages. Questions find the document by meaning if the model in use is one of them.")]
    public IReadOnlyList<string> EmbeddedBy { get; init; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public ChatError? Error { get; init; }
    public required DocumentLinks Links { get; init; }
}

public sealed record DocumentLinks(
    string Self,
    [property: Description("Link to the uploaded file; null if it is not stored.")] string? Original);

/// <summary>A page of documents, newest first.</summary>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next page. Null on the last page.</param>
public sealed record DocumentList(IReadOnlyList<Document> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}

/// <summary>One passage of a document, the target of a citation.</summary>
public sealed record Passage(
    Guid Id,
    Guid DocumentId,
    int Ordinal,
    int? Page,
    [property: Description("The headings above it, outermost first.")] IReadOnlyList<string> Headings,
    string Text)
{
    public string Object { get; init; } = "passage";
}
