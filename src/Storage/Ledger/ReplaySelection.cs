using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>Which jobs, or which queue's messages. Times are those of acceptance, <paramref name="To"/> not included.</summary>
/// <param name="Queue">An _error or _skipped queue; then everything else but the trace is null.</param>
/// <param name="Trace">The W3C traceparent of the request for the replay; null: there was none.</param>
public sealed record ReplaySelection(
    IReadOnlyList<JobStatus> Statuses, DateTimeOffset? From = null, DateTimeOffset? To = null, string? ErrorCode = null,
    string? ConversationId = null, string? Queue = null, string? Trace = null);
