using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>Which jobs, or which queue's messages. Times are those of acceptance, <paramref name="To"/> not included.</summary>
/// <param name="Queue">An _error or _skipped queue; then everything else is null.</param>
public sealed record ReplaySelection(
    IReadOnlyList<JobStatus> Statuses, DateTimeOffset? From = null, DateTimeOffset? To = null, string? ErrorCode = null,
    string? ConversationId = null, string? Queue = null);
