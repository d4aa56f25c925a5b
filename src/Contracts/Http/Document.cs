using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>A document on its way from upload to answers.</summary>
public enum DocumentStatus
{
    /// <summary>Stored; waits for a worker.</summary>
    Queued,

    /// <summary>Its text is being taken out and cut into passages.</summary>
    Extracting,

    /// <summary>Its passages are getting their vectors.</summary>
    Embedding,

    /// <summary>Questions are answered from it.</summary>
    Ready,

    /// <summary>It could not be read; <c>error</c> says why.</summary>
    Failed,
}

/// <summary>A document sent as text instead of as a file.</summary>
public sealed record TextDocumentRequest
{
    [Description("What citations call it. 1 to 200 characters.")]
    public string? Title { get; init; }

    [Description("Plain text or Markdown.")]
    public string? Text { get; init; }
}

/// <summary>A document, as its owner sees it.</summary>
public sealed record Document
{
    public required Guid Id { get; init; }
    public string Object { get; init; } = "document";
    public required string Title { get; init; }
    public required string MediaType { get; init; }
    public required long Bytes { get; init; }
    public required DocumentStatus Status { get; init; }

    [Description("Null until its text is out.")]
    public int? Pages { get; init; }

    [Description("Null until its text is out.")]
    public int? Passages { get; init; }

    [Description("How many passages have their vectors.")]
    public required int EmbeddedPassages { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public ChatError? Error { get; init; }
    public required DocumentLinks Links { get; init; }
}

public sealed record DocumentLinks(
    string Self,
    [property: Description("The file as it was uploaded; null where it is not kept.")] string? Original);

/// <summary>A page of documents, newest first.</summary>
/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; null on the last.</param>
public sealed record DocumentList(IReadOnlyList<Document> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}

/// <summary>One passage of a document: what a citation points to.</summary>
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
