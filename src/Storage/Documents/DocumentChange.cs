using Navigator.Contracts.Http;

namespace Navigator.Storage.Documents;

/// <summary>
/// A decided change of a document's row. Times are not in it: it says when the document is due and how long it has, and the database's
/// clock says from when.
/// </summary>
/// <param name="From">The row as the decision saw it.</param>
/// <param name="To">The row as it is to be, but for its times.</param>
public sealed record DocumentChange(DocumentRecord From, DocumentRecord To)
{
    /// <summary>When the sweeper looks at the document again; never later than its deadline. Null: when it would have.</summary>
    public TimeSpan? DueIn { get; init; }

    /// <summary>Gives the document a new deadline, this long from now; null: it keeps the one that it has.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>True when this change ends the ingestion.</summary>
    public bool Ends => HasEnded(To) && !HasEnded(From);

    /// <summary>True when the bytes are stored and are not to be any longer.</summary>
    public bool DropsContent => From.HasContent && !To.HasContent;

    /// <summary>Nothing of a document that failed is kept but its row.</summary>
    public bool DropsPassages => To.Status == DocumentStatus.Failed && From.Passages is not null;

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
