namespace Navigator.Contracts.Ingestion;

// The commands of one document: extract its text into passages, then embed the passages. After the first it is found by words, after
// both by meaning too.

/// <summary>Extract the text of an uploaded document and cut it into passages. Queue: ingest-document.</summary>
/// <param name="DocumentId">The document in the store.</param>
/// <param name="Attempt">Fencing token: the store ignores the report of an older attempt.</param>
public sealed record IngestDocument(Guid DocumentId, int Attempt) : Command
{
    public override string Queue() => QueueNames.IngestDocument;
}

/// <summary>Embed consecutive passages of a document in one upstream call. Queue: embed-passages.</summary>
/// <param name="DocumentId">The document in the store.</param>
/// <param name="Attempt">Fencing token.</param>
/// <param name="First">Ordinal of the first passage, from 0.</param>
/// <param name="Count">Number of passages, at most 64.</param>
public sealed record EmbedPassages(Guid DocumentId, int Attempt, int First, int Count) : Command
{
    public override string Queue() => QueueNames.EmbedPassages;
}
