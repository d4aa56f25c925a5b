using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>How telling of a job's end is going.</summary>
public enum WebhookStatus
{
    /// <summary>The job has not ended.</summary>
    Waiting,

    /// <summary>It is being told, or will be tried again.</summary>
    Pending,
    Delivered,

    /// <summary>Given up: redeliver tries again.</summary>
    Failed,
}

/// <summary>The callback of a job that was submitted with a callback_url.</summary>
public sealed record Webhook
{
    public required Guid JobId { get; init; }
    public string Object { get; init; } = "chat.webhook";
    public required string Url { get; init; }
    public required WebhookStatus Status { get; init; }

    [Description("Deliveries tried for the job's last end.")]
    public required int Tries { get; init; }

    [Description("HTTP status of the last one; null where there was no response.")]
    public int? ResponseStatus { get; init; }

    [Description("Why the last one was none: refused_address, no_connection, timeout, response_status.")]
    public string? Error { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    [Description("When it is tried again, at the latest; null where it is not.")]
    public DateTimeOffset? NextTryAt { get; init; }
}

/// <summary>What is posted to a callback_url: that a job has ended, and how, without a word of it. Signed as Standard Webhooks are.</summary>
/// <param name="Type">chat.job.answered, chat.job.refused, chat.job.failed, chat.job.expired or chat.job.cancelled.</param>
/// <param name="Timestamp">When it ended.</param>
public sealed record WebhookMessage(string Type, DateTimeOffset Timestamp, WebhookData Data);

/// <param name="Link">Where to read it, with a key, at the API that accepted it.</param>
public sealed record WebhookData(Guid Id, string Status, string ConversationId, string Link);
