using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Webhooks;

/// <summary>Webhooks of embedded mode: beside the ledger's rows, and gone with them.</summary>
/// <param name="secret">What every tenant's are signed with; null: there are none.</param>
internal sealed class InProcessWebhooks(InProcessJobLedger ledger, byte[]? secret, TimeProvider clock) : IWebhooks
{
    private sealed record Entry(string Status, int Attempt, int Tries, DateTimeOffset? ToldEnd, int? ResponseStatus, string? Error,
        DateTimeOffset? DeliveredAt, DateTimeOffset? DueAt);

    private static readonly Entry Untold = new("waiting", 0, 0, null, null, null, null, null);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> entries = [];

    public Task<WebhookRecord?> Find(string tenant, Guid job, CancellationToken token)
    {
        lock (gate)
            return Task.FromResult(Known(job) is var (row, entry) && row.Tenant == tenant ? ToRecord(row, entry) : null);
    }

    public Task<Delivery?> Claim(Guid job, TimeSpan lease, DeliveryShare share, CancellationToken token)
    {
        lock (gate)
        {
            if (Known(job) is not var (row, entry) || row.FinishedAt is not { } end || (entry.ToldEnd == end && entry.Status != "due"))
                return Task.FromResult<Delivery?>(null);
            var now = clock.GetUtcNow();
            if (entries.Count(other => other.Value.Status == "sending" && other.Value.DueAt > now
                && Known(other.Key)?.Job.Tenant == row.Tenant) >= share.AtOnce)
            {
                entries[job] = entry with { DueAt = now + share.Later };
                return Task.FromResult<Delivery?>(null);
            }
            var claimed = entry with
            {
                Status = "sending",
                Attempt = entry.Attempt + 1,
                Tries = (entry.ToldEnd == end ? entry.Tries : 0) + 1,
                ToldEnd = end,
                DueAt = now + lease
            };
            entries[job] = claimed;
            return Task.FromResult<Delivery?>(new Delivery(job, row.Tenant, row.Options.CallbackUrl!, claimed.Attempt, claimed.Tries, secret!,
                row.Status, row.ConversationId, end));
        }
    }

    public Task<bool> Record(Delivery delivery, DeliveryOutcome outcome, CancellationToken token)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(delivery.JobId, out var entry) || entry.Attempt != delivery.Attempt || entry.Status != "sending")
                return Task.FromResult(false);
            var now = clock.GetUtcNow();
            entries[delivery.JobId] = entry with
            {
                Status = outcome.Delivered ? "delivered" : outcome.Again is null ? "failed" : "pending",
                ResponseStatus = outcome.ResponseStatus,
                Error = outcome.Error,
                DeliveredAt = outcome.Delivered ? now : null,
                DueAt = now + outcome.Again,
            };
            return Task.FromResult(true);
        }
    }

    public Task<WebhookRecord?> Again(string tenant, Guid job, CancellationToken token)
    {
        lock (gate)
            if (Known(job) is var (row, entry) && row.Tenant == tenant && entry is { ToldEnd: not null, Status: not "sending" })
                entries[job] = entry with { Status = "due", Tries = 0, DueAt = clock.GetUtcNow() + TimeSpan.FromSeconds(10) };
        return Find(tenant, job, token);
    }

    public Task<IReadOnlyList<Guid>> TakeDue(int limit, TimeSpan guard, CancellationToken token)
    {
        lock (gate)
        {
            // No message is lost in one process: what waits for its job's end is told with that end.
            var now = clock.GetUtcNow();
            foreach (var gone in entries.Keys.Where(job => Known(job) is null).ToList())
                entries.Remove(gone);
            var due = entries.Where(entry => entry.Value.DueAt <= now).Select(entry => entry.Key).Take(limit).ToList();
            foreach (var job in due)
                entries[job] = entries[job] with { Status = "due", DueAt = now + guard };
            return Task.FromResult<IReadOnlyList<Guid>>(due);
        }
    }

    /// <summary>A job of which somebody is to be told, and how that is going.</summary>
    private (Job Job, Entry Entry)? Known(Guid job) =>
        ledger.Read(job) is { Options.CallbackUrl: not null } row ? (row, entries.GetValueOrDefault(job, Untold)) : null;

    private static WebhookRecord ToRecord(Job job, Entry entry)
    {
        var status = entry.Status is "due" or "sending" or "pending"
            ? WebhookStatus.Pending
            : Enum.Parse<WebhookStatus>(entry.Status, ignoreCase: true);
        return new WebhookRecord(job.Id, job.Options.CallbackUrl!, status, entry.Tries, entry.ResponseStatus, entry.Error, entry.DeliveredAt,
            status == WebhookStatus.Pending ? entry.DueAt : null);
    }
}
