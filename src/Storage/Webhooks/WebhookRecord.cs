using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Webhooks;

/// <summary>The state of a job's webhook.</summary>
public sealed record WebhookRecord(
    Guid JobId, string Url, WebhookStatus Status, int Tries, int? ResponseStatus, string? Error, DateTimeOffset? DeliveredAt, DateTimeOffset? NextAt);

/// <summary>One delivery that a worker has begun.</summary>
/// <param name="Attempt">Fencing token: the outcome of an older attempt changes nothing.</param>
/// <param name="Tries">Number of deliveries for this end, including this one.</param>
/// <param name="Secret">Signs the webhook.</param>
/// <param name="Trace">The traceparent on the job's row.</param>
public sealed record Delivery(
    Guid JobId, string Tenant, string Url, int Attempt, int Tries, byte[] Secret, JobStatus Status, string ConversationId, DateTimeOffset FinishedAt,
    string? Trace);

/// <summary>A job whose delivery is due, with the traceparent on its row.</summary>
public readonly record struct DueWebhook(Guid JobId, string? Trace);

/// <summary>The outcome of one delivery.</summary>
/// <param name="Again">Time until the next try; null: no further try, because the webhook was delivered or a retry is of no use.</param>
public sealed record DeliveryOutcome(bool Delivered, int? ResponseStatus, string? Error, TimeSpan? Again);
