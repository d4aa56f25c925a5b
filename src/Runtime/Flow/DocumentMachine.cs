using Navigator.Contracts;
using Navigator.Contracts.Http;
using Navigator.Contracts.Ingestion;
using Navigator.Storage.Documents;

namespace Navigator.Runtime.Flow;

/// <summary>All rules of a document as pure functions of its row, like those of <see cref="JobMachine"/>.</summary>
public static class DocumentMachine
{
    /// <summary>Passages in one <see cref="EmbedPassages"/> message, which is one upstream call.</summary>
    public const int PassagesPerMessage = 64;

    /// <summary>Returns the change that an event causes; null if the event is stale or does not apply.</summary>
    public static DocumentChange? Decide(DocumentRecord document, DocumentEvent happened) => happened switch
    {
        DocumentEvent.UploadedAgain uploaded => Restart(document, uploaded),
        DocumentEvent.PassagesEmbedded embedded when document.Status == DocumentStatus.Ready => Reembed(document, embedded),
        _ when document.Status is DocumentStatus.Ready or DocumentStatus.Failed => null,
        DocumentEvent.BecameDue due => Repair(document, due),
        _ when AttemptOf(happened) != document.Attempt => null,
        DocumentEvent.Claimed claimed => Claim(document, claimed),
        DocumentEvent.LeaseRenewed renewed => Renew(document, renewed),
        DocumentEvent.TextExtracted extracted => Extract(document, extracted),
        DocumentEvent.PassagesEmbedded embedded => Embed(document, embedded),
        DocumentEvent.Failed failed => Fail(document, failed.Error),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "Unknown event."),
    };

    /// <summary>Returns the messages that follow an event, from the row as written.</summary>
    public static IReadOnlyList<Command> CommandsAfter(DocumentEvent happened, DocumentRecord written) =>
        happened is DocumentEvent.UploadedAgain or DocumentEvent.TextExtracted or DocumentEvent.BecameDue ? CommandsOf(written) : [];

    /// <summary>Returns the messages that continue a document's ingestion.</summary>
    public static IReadOnlyList<Command> CommandsOf(DocumentRecord document) => document.Status switch
    {
        DocumentStatus.Queued => [new IngestDocument(document.Id, document.Attempt)],
        DocumentStatus.Searchable =>
        [
            .. Enumerable.Range(0, (document.Passages!.Value + PassagesPerMessage - 1) / PassagesPerMessage)
                .Select(run => new EmbedPassages(document.Id, document.Attempt, run * PassagesPerMessage, PassagesPerMessage)),
        ],
        _ => [],
    };

    private static int AttemptOf(DocumentEvent happened) => happened switch
    {
        DocumentEvent.Claimed claimed => claimed.Attempt,
        DocumentEvent.LeaseRenewed renewed => renewed.Attempt,
        DocumentEvent.TextExtracted extracted => extracted.Attempt,
        DocumentEvent.PassagesEmbedded embedded => embedded.Attempt,
        DocumentEvent.Failed failed => failed.Attempt,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "This event has no attempt."),
    };

    /// <summary>Starts a failed document again. Any other document stays as it is.</summary>
    private static DocumentChange? Restart(DocumentRecord document, DocumentEvent.UploadedAgain uploaded) =>
        document.Status != DocumentStatus.Failed
            ? null
            : new DocumentChange(document, document with
            {
                Title = uploaded.Title,
                MediaType = uploaded.MediaType,
                HasContent = true,
                Status = DocumentStatus.Queued,
                Attempt = document.Attempt + 1,
                Error = null,
            })
            { Lifetime = uploaded.Limits.Deadline, DueIn = uploaded.Limits.EnqueueGrace };

    private static DocumentChange? Claim(DocumentRecord document, DocumentEvent.Claimed claimed)
    {
        var takesOver = document.Status == DocumentStatus.Extracting && claimed.TakesOver && document.Attempt < claimed.Limits.Attempts;
        if (document.Now >= document.DeadlineAt || !(document.Status == DocumentStatus.Queued || takesOver))
            return null;
        return new DocumentChange(document, document with
        {
            Status = DocumentStatus.Extracting,
            ClaimedBy = claimed.Worker,
            Attempt = takesOver ? document.Attempt + 1 : document.Attempt,
        })
        { DueIn = claimed.Limits.Lease };
    }

    private static DocumentChange? Renew(DocumentRecord document, DocumentEvent.LeaseRenewed renewed) => document.ClaimedBy == renewed.Worker
        ? new DocumentChange(document, document) { DueIn = renewed.Limits.Lease }
        : null;

    private static DocumentChange? Extract(DocumentRecord document, DocumentEvent.TextExtracted extracted) =>
        document.Status != DocumentStatus.Extracting
            ? null
            : new DocumentChange(document, document with
            {
                Status = DocumentStatus.Searchable,
                HasContent = extracted.KeepsOriginal,
                Pages = extracted.Pages,
                Passages = extracted.Passages,
                Embedded = 0,
                ClaimedBy = null,
            })
            { DueIn = extracted.Limits.EnqueueGrace };

    private static DocumentChange? Embed(DocumentRecord document, DocumentEvent.PassagesEmbedded embedded)
    {
        if (document.Status != DocumentStatus.Searchable)
            return null;
        var isComplete = embedded.Embedded == document.Passages;
        return new DocumentChange(document, document with
        {
            Embedded = embedded.Embedded,
            EmbeddingModel = embedded.Model,
            EmbeddedBy = isComplete ? [embedded.Model] : [],
            Status = isComplete ? DocumentStatus.Ready : DocumentStatus.Searchable,
        });
    }

    /// <summary>
    /// Vectors of another model are stored for a ready document. They count when they are complete. Those of earlier models stay.
    /// </summary>
    private static DocumentChange? Reembed(DocumentRecord document, DocumentEvent.PassagesEmbedded embedded) =>
        embedded.Attempt != document.Attempt || document.EmbeddedBy.Contains(embedded.Model) ? null
        : embedded.Embedded < document.Passages ? new DocumentChange(document, document)
        : new DocumentChange(document, document with
        {
            EmbeddingModel = embedded.Model,
            EmbeddedBy = [.. document.EmbeddedBy.Append(embedded.Model).Order(StringComparer.Ordinal)],
        });

    private static DocumentChange Fail(DocumentRecord document, ChatError error) => new(document, document with
    {
        Status = DocumentStatus.Failed,
        HasContent = false,
        Error = error,
        ClaimedBy = null,
        Pages = null,
        Passages = null,
        Embedded = 0,
        EmbeddingModel = null,
    });

    /// <summary>Repairs a due document, unless it has changed since the sweeper took it.</summary>
    private static DocumentChange? Repair(DocumentRecord document, DocumentEvent.BecameDue due)
    {
        if ((document.Version, document.DueAt) != (due.Taken.Version, due.Taken.DueAt))
            return null;
        if (document.Now >= document.DeadlineAt)
            return Fail(document, new ChatError(ErrorCode.IngestionTimeout, "The document could not be read in time. It can be uploaded again."));

        if (document.Status == DocumentStatus.Extracting)
            return document.Attempt < due.Limits.Attempts
                ? new DocumentChange(document, document with
                {
                    Status = DocumentStatus.Queued,
                    Attempt = document.Attempt + 1,
                    ClaimedBy = null,
                })
                { DueIn = due.Limits.EnqueueGrace }
                : Fail(document, new ChatError(ErrorCode.AttemptsExhausted,
                    $"Every one of {document.Attempt} workers stopped while it read this document."));

        // Messages may be lost, so they are sent again. The interval doubles, so that a slow queue does not fill with duplicates.
        var waited = due.Limits.Deadline - (document.DeadlineAt - document.Now);
        return new DocumentChange(document, document) { DueIn = waited > due.Limits.EnqueueGrace ? waited : due.Limits.EnqueueGrace };
    }
}
