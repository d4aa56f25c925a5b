namespace Navigator.Contracts.Ingestion;

// A document's road: its text comes out in passages, the passages get vectors, and then it is ready to be asked about.

/// <summary>Take the text out of an uploaded document and cut it into passages. Queue: ingest-document.</summary>
/// <param name="DocumentId">The document in the store.</param>
/// <param name="Attempt">Fencing token: the store ignores what an older attempt reports.</param>
public sealed record IngestDocument(Guid DocumentId, int Attempt) : Command
{
    public override string Queue() => QueueNames.IngestDocument;
}

/// <summary>Embed one run of a document's passages in one upstream call. Queue: embed-passages.</summary>
/// <param name="DocumentId">The document in the store.</param>
/// <param name="Attempt">Fencing token.</param>
/// <param name="First">Ordinal of the first passage of the run, from 0.</param>
/// <param name="Count">How many passages, at most 64.</param>
public sealed record EmbedPassages(Guid DocumentId, int Attempt, int First, int Count) : Command
{
    public override string Queue() => QueueNames.EmbedPassages;
}
