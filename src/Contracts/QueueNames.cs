namespace Navigator.Contracts;

/// <summary>
/// The durable queues of Navigator's own commands; operators see these names in the broker's UI. Which queues there are is for the tools
/// to say too.
/// </summary>
public static class QueueNames
{
    public const string AnswerQuestion = "answer-question";
    public const string EmbedQuestion = "embed-question";
    public const string RetrievePassages = "retrieve-passages";
    public const string SearchWeb = "search-web";
    public const string ComposeAnswer = "compose-answer";
    public const string IngestDocument = "ingest-document";
    public const string EmbedPassages = "embed-passages";

    public const string DeliverWebhook = "deliver-webhook";
}
