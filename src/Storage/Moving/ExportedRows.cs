using System.Text.Json;

namespace Navigator.Storage.Moving;

// One record for each file of an export. Members have the names of the columns, so that PostgreSQL can read a line as a row. Bytes are in
// base64, times in ISO 8601 with microseconds.

/// <param name="WebhookSecret">Null if the file has no row of the tenant, only rows that belong to it. The import then makes a secret.</param>
internal sealed record ExportedTenant(string Id, byte[]? WebhookSecret, DateTimeOffset? CreatedAt);

/// <param name="SecretSha256">Only the hash of a key's secret is stored, so only the hash is exported. The key itself keeps working.</param>
internal sealed record ExportedKey(
    string Id, string TenantId, byte[] SecretSha256, string[] Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt);

internal sealed record ExportedDocument
{
    public required Guid Id { get; init; }
    public required string TenantId { get; init; }
    public required string Title { get; init; }
    public required string MediaType { get; init; }
    public required long Bytes { get; init; }

    /// <summary>From the document's row. Two documents with the same bytes are the same document.</summary>
    public required byte[] Sha256 { get; init; }

    /// <summary>Of the file in <see cref="ExportFormat.Originals"/>, in lower-case hexadecimal; null if the bytes are not stored.</summary>
    public string? OriginalSha256 { get; init; }
    public required string Status { get; init; }
    public required int Attempt { get; init; }
    public string? ClaimedBy { get; init; }
    public int? Pages { get; init; }
    public int? Passages { get; init; }
    public required int Embedded { get; init; }
    public string? EmbeddingModel { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
}

/// <param name="Vector">
/// float[] in little-endian single precision, from the document's embedding model; null if the passage has no vector of it yet. Vectors of
/// another model, to which a document is being moved, are left out, because they are computed again.
/// </param>
internal sealed record ExportedPassage(Guid DocumentId, Guid Id, int Ordinal, int? Page, string[] Headings, string Text, byte[]? Vector);

/// <summary>
/// A job's row. The stored JSON parts are copied as JSON and not converted to this program's records, so that members of a newer format are
/// not lost.
/// </summary>
internal sealed record ExportedJob
{
    public required Guid Id { get; init; }
    public required string TenantId { get; init; }
    public required string ConversationId { get; init; }
    public string? IdempotencyKey { get; init; }
    public required byte[] RequestHash { get; init; }
    public required string Question { get; init; }
    public required JsonElement Options { get; init; }
    public required string Status { get; init; }
    public required string Stage { get; init; }
    public required int Attempt { get; init; }
    public required int FirstAttempt { get; init; }
    public required bool Held { get; init; }
    public string? ClaimedBy { get; init; }
    public required JsonElement Pending { get; init; }
    public JsonElement? Plan { get; init; }
    public required JsonElement ToolResult { get; init; }
    public JsonElement? Answer { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public required JsonElement Degraded { get; init; }
    public required JsonElement EarlierEnds { get; init; }
    public Guid? ReplayId { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }
    public required DateTimeOffset QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? ToolsAt { get; init; }
    public DateTimeOffset? WaveAt { get; init; }
    public DateTimeOffset? AnswerAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The documents that the answer cites. PostgreSQL has no table for them; it searches the stored answer.</summary>
    public required Guid[] Cites { get; init; }

    /// <summary>Null if the job has no webhook.</summary>
    public ExportedWebhook? Webhook { get; init; }
}

internal sealed record ExportedWebhook(
    string Url, string Status, int Attempt, int Tries, DateTimeOffset? ToldEnd, int? ResponseStatus, string? Error, DateTimeOffset? DeliveredAt,
    DateTimeOffset? DueAt);

internal sealed record ExportedDeed(DateTimeOffset At, string TenantId, string Actor, string Action, string Subject);
