namespace Navigator.Contracts;

/// <summary>The durable queues, in the order a question meets them; operators see these names in the broker's UI.</summary>
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

    public static IReadOnlyList<string> All { get; } =
        [AnswerQuestion, EmbedQuestion, RetrievePassages, SearchWeb, ComposeAnswer, IngestDocument, EmbedPassages, DeliverWebhook];
}
