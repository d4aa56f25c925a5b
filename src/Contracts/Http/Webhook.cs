using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>The status of a job's webhook.</summary>
public enum WebhookStatus
{
    /// <summary>The job has not ended.</summary>
    Waiting,

    /// <summary>A delivery is under way, or will be retried.</summary>
    Pending,
    Delivered,

    /// <summary>All deliveries failed. Redeliver starts them again.</summary>
    Failed,
}

/// <summary>The webhook of a job that was submitted with a callback_url.</summary>
public sealed record Webhook
{
    public required Guid JobId { get; init; }
    public string Object { get; init; } = "chat.webhook";
    public required string Url { get; init; }
    public required WebhookStatus Status { get; init; }

    [Description("Number of deliveries for the job's last end.")]
    public required int Tries { get; init; }

    [Description("HTTP status of the last delivery; null if there was no response.")]
    public int? ResponseStatus { get; init; }

    [Description("Why the last delivery failed: refused_address, no_connection, timeout, response_status.")]
    public string? Error { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    [Description("When the next delivery begins at the latest; null if there is none.")]
    public DateTimeOffset? NextTryAt { get; init; }
}

/// <summary>The body that is posted to a callback_url: how the job ended, without any of its text. Signed as in Standard Webhooks.</summary>
/// <param name="Type">chat.job.answered, chat.job.refused, chat.job.failed, chat.job.expired or chat.job.cancelled.</param>
/// <param name="Timestamp">When the job ended.</param>
public sealed record WebhookMessage(string Type, DateTimeOffset Timestamp, WebhookData Data);

/// <param name="Link">Address of the job at the API that accepted it. Reading it needs a key.</param>
public sealed record WebhookData(Guid Id, string Status, string ConversationId, string Link);
