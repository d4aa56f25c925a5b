using Navigator.Contracts.Http;

namespace Navigator.Storage.Documents;

/// <summary>
/// A decided change of a document's row. It carries no times: it says how long until the document is due and until its deadline, and the
/// database's clock sets both.
/// </summary>
/// <param name="From">The row that the decision was made on.</param>
/// <param name="To">The new row, except for its times.</param>
public sealed record DocumentChange(DocumentRecord From, DocumentRecord To)
{
    /// <summary>When the sweeper checks the document again; never later than its deadline. Null: the due time does not change.</summary>
    public TimeSpan? DueIn { get; init; }

    /// <summary>Gives the document a new deadline, this long from now; null: the deadline does not change.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>True when this change ends the ingestion.</summary>
    public bool Ends => HasEnded(To) && !HasEnded(From);

    /// <summary>True if the bytes are stored and this change deletes them.</summary>
    public bool DropsContent => From.HasContent && !To.HasContent;

    /// <summary>True if the document failed: only its row is kept.</summary>
    public bool DropsPassages => To.Status == DocumentStatus.Failed && From.Passages is not null;

    /// <summary>True if this change completes the vectors of a model.</summary>
    public bool CompletesVectors => To.EmbeddedBy.Count > From.EmbeddedBy.Count;

    /// <summary>The row after the change was written at <paramref name="now"/>.</summary>
    public DocumentRecord WrittenAt(DateTimeOffset now)
    {
        var deadline = Lifetime is { } lifetime ? now + lifetime : From.DeadlineAt;
        return To with
        {
            Version = From.Version + 1,
            Now = now,
            DeadlineAt = deadline,
            DueAt = Ends ? null : DueIn is not { } due ? From.DueAt : now + due < deadline ? now + due : deadline,
            FinishedAt = Ends ? now : HasEnded(To) ? From.FinishedAt : null,
        };
    }

    private static bool HasEnded(DocumentRecord document) => document.Status is DocumentStatus.Ready or DocumentStatus.Failed;
}
