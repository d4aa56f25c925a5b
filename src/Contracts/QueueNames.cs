namespace Navigator.Contracts;

/// <summary>
/// The durable queues of Navigator's own commands, as operators see them in the broker's UI. A tool may add its own queue.
/// </summary>
public static class QueueNames
{
    public const string PrepareQuestion = "prepare-question";
    public const string EmbedQuestion = "embed-question";
    public const string RetrievePassages = "retrieve-passages";
    public const string SearchWeb = "search-web";
    public const string ComposeAnswer = "compose-answer";
    public const string IngestDocument = "ingest-document";
    public const string EmbedPassages = "embed-passages";

    public const string DeliverWebhook = "deliver-webhook";
}
