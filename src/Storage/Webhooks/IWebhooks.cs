namespace Navigator.Storage.Webhooks;

/// <summary>
/// The webhooks of jobs. Fenced like the ledger: a method that returns null or false changed nothing. A webhook's row is created with its job
/// (<see cref="Ledger.IJobLedger.Submit"/>) and deleted with it.
/// </summary>
public interface IWebhooks
{
    /// <summary>Returns true if there is a secret to sign a tenant's webhooks. Without one they are not sent.</summary>
    Task<bool> CanSign(string tenant, CancellationToken token);

    /// <returns>Null if the job does not exist, belongs to another tenant, or has no webhook.</returns>
    Task<WebhookRecord?> Find(string tenant, Guid job, CancellationToken token);

    /// <summary>
    /// Begins a delivery that has not been made or is due again. Returns null if there is nothing to deliver. Returns null also if the tenant
    /// has its maximum of deliveries under way; this delivery is then due a little later.
    /// </summary>
    /// <param name="lease">After this time the delivery counts as lost.</param>
    Task<Delivery?> Claim(Guid job, TimeSpan lease, DeliveryShare share, CancellationToken token);

    Task<bool> Record(Delivery delivery, DeliveryOutcome outcome, CancellationToken token);

    /// <summary>Starts the deliveries again, whatever their earlier outcome. Does nothing if the job has not ended.</summary>
    Task<WebhookRecord?> Again(string tenant, Guid job, CancellationToken token);

    /// <summary>Returns deliveries that are due. They are hidden from other sweepers for <paramref name="guard"/>.</summary>
    Task<IReadOnlyList<DueWebhook>> TakeDue(int limit, TimeSpan guard, CancellationToken token);
}

/// <summary>One tenant's share of the concurrent deliveries, so that a slow server of one tenant does not delay the others.</summary>
/// <param name="AtOnce">Maximum number of the tenant's deliveries under way in all workers.</param>
/// <param name="Later">When a delivery above that number is due again.</param>
public sealed record DeliveryShare(int AtOnce, TimeSpan Later);
