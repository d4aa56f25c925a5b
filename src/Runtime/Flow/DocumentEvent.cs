using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;

namespace Navigator.Runtime.Flow;

/// <summary>What happened to a document: exactly one of the records below. Workers report under the attempt that they began.</summary>
public abstract record DocumentEvent
{
    private DocumentEvent()
    {
    }

    /// <summary>The same bytes were uploaded once more.</summary>
    public sealed record UploadedAgain(string Title, string MediaType, DocumentLimits Limits) : DocumentEvent;

    /// <summary>A worker takes the lease on taking the text out.</summary>
    /// <param name="TakesOver">The message was delivered again, so its worker before has lost the lease: a new attempt begins at once.</param>
    public sealed record Claimed(int Attempt, string Worker, bool TakesOver, DocumentLimits Limits) : DocumentEvent;

    /// <summary>The worker that holds the lease still works.</summary>
    public sealed record LeaseRenewed(int Attempt, string Worker, DocumentLimits Limits) : DocumentEvent;

    /// <summary>The text is out, in this many passages.</summary>
    /// <param name="Pages">Null where the format has none.</param>
    /// <param name="KeepsOriginal">The bytes stay, so that a citation can open the page that it quotes.</param>
    public sealed record TextExtracted(int Attempt, int? Pages, int Passages, bool KeepsOriginal, DocumentLimits Limits) : DocumentEvent;

    /// <summary>So many more passages have a vector.</summary>
    public sealed record PassagesEmbedded(int Attempt, string Model, int Count) : DocumentEvent;

    /// <summary>The document cannot be read.</summary>
    public sealed record Failed(int Attempt, ChatError Error) : DocumentEvent;

    /// <summary>Its <c>due_at</c> has come, and a sweeper took it.</summary>
    public sealed record BecameDue(DocumentRecord Taken, DocumentLimits Limits) : DocumentEvent;
}
