using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Webhooks;

/// <summary>How telling of a job's end is going.</summary>
public sealed record WebhookRecord(
    Guid JobId, string Url, WebhookStatus Status, int Tries, int? ResponseStatus, string? Error, DateTimeOffset? DeliveredAt, DateTimeOffset? NextAt);

/// <summary>One delivery that a worker has begun.</summary>
/// <param name="Attempt">Fencing token: what an older one reports changes nothing.</param>
/// <param name="Tries">How many there were for this end, this one included.</param>
/// <param name="Secret">What it is signed with.</param>
public sealed record Delivery(
    Guid JobId, string Tenant, string Url, int Attempt, int Tries, byte[] Secret, JobStatus Status, string ConversationId, DateTimeOffset FinishedAt);

/// <summary>What came of one.</summary>
/// <param name="Again">When to try again; null: never, because it was delivered or because it is of no use.</param>
public sealed record DeliveryOutcome(bool Delivered, int? ResponseStatus, string? Error, TimeSpan? Again);
