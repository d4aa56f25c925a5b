using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;

namespace Navigator.Runtime.Flow;

/// <summary>An event of a document: one of the records below. Workers report under the attempt that they began.</summary>
public abstract record DocumentEvent
{
    private DocumentEvent()
    {
    }

    /// <summary>The same bytes were uploaded again.</summary>
    public sealed record UploadedAgain(string Title, string MediaType, DocumentLimits Limits) : DocumentEvent;

    /// <summary>A worker claims the extraction of the text.</summary>
    /// <param name="TakesOver">The broker redelivered the message, so the previous worker has lost the lease. A new attempt begins at once.</param>
    public sealed record Claimed(int Attempt, string Worker, bool TakesOver, DocumentLimits Limits) : DocumentEvent;

    /// <summary>The worker that holds the lease renews it.</summary>
    public sealed record LeaseRenewed(int Attempt, string Worker, DocumentLimits Limits) : DocumentEvent;

    /// <summary>The text is extracted and cut into passages.</summary>
    /// <param name="Pages">Null if the format has no pages.</param>
    /// <param name="KeepsOriginal">True if the bytes stay stored, so that a citation can open the page that it quotes.</param>
    public sealed record TextExtracted(int Attempt, int? Pages, int Passages, bool KeepsOriginal, DocumentLimits Limits) : DocumentEvent;

    /// <summary>Vectors of passages are stored.</summary>
    /// <param name="Embedded">Number of passages that now have a vector of this model.</param>
    public sealed record PassagesEmbedded(int Attempt, string Model, int Embedded) : DocumentEvent;

    /// <summary>The document cannot be read.</summary>
    public sealed record Failed(int Attempt, ChatError Error) : DocumentEvent;

    /// <summary>The document's <c>due_at</c> has passed, and a sweeper took it.</summary>
    public sealed record BecameDue(DocumentRecord Taken, DocumentLimits Limits) : DocumentEvent;
}
