using Navigator.Contracts.Http;
using Navigator.Contracts.Ingestion;
using Navigator.Storage.Passages;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

/// <summary>What to do with a document that is due: exactly one of the records below.</summary>
public abstract record DocumentStep
{
    private DocumentStep()
    {
    }

    public sealed record GiveUp(ChatError Error) : DocumentStep;

    public sealed record StartAttempt(TimeSpan LookAgainIn) : DocumentStep;

    public sealed record SendAgain(IReadOnlyList<object> Messages, TimeSpan LookAgainIn) : DocumentStep;
}

/// <summary>What happens next to a document: pure functions of its row, like <see cref="JobMachine"/>.</summary>
public static class DocumentFlow
{
    /// <summary>Passages per <see cref="EmbedPassages"/>, which is one upstream call.</summary>
    public const int PassagesPerMessage = 64;

    /// <summary>The messages that bring a document from where it stands to its end.</summary>
    public static IReadOnlyList<object> MessagesOf(DocumentRecord document) => document.Status switch
    {
        DocumentStatus.Queued => [new IngestDocument(document.Id, document.Attempt)],
        DocumentStatus.Embedding =>
        [
            .. Enumerable.Range(0, (document.Passages!.Value + PassagesPerMessage - 1) / PassagesPerMessage)
                .Select(run => new EmbedPassages(document.Id, document.Attempt, run * PassagesPerMessage, PassagesPerMessage)),
        ],
        _ => [],
    };

    /// <summary>What to do with a document whose <c>due_at</c> has come.</summary>
    public static DocumentStep WhenDue(DocumentRecord document, DocumentLimits limits)
    {
        if (document.Now >= document.DeadlineAt)
            return new DocumentStep.GiveUp(new ChatError("ingestion_timeout", "The document could not be read in time. It can be uploaded again."));

        if (document.Status == DocumentStatus.Extracting)
            return document.Attempt < limits.Attempts
                ? new DocumentStep.StartAttempt(limits.EnqueueGrace)
                : new DocumentStep.GiveUp(new ChatError("attempts_exhausted",
                    $"Every one of {document.Attempt} workers stopped while it read this document."));

        // Twice as long as it has waited: whatever is slow is not made slower.
        var waited = limits.Deadline - (document.DeadlineAt - document.Now);
        return new DocumentStep.SendAgain(MessagesOf(document), waited > limits.EnqueueGrace ? waited : limits.EnqueueGrace);
    }
}
