namespace Navigator.Storage.Webhooks;

/// <summary>
/// Who is to be told of the end of which job. Fenced like the ledger: a method that returns null or false changed nothing. A row is
/// made with its job (<see cref="Ledger.IJobLedger.Submit"/>) and goes with it.
/// </summary>
public interface IWebhooks
{
    /// <summary>Is there a secret that a tenant's deliveries are signed with? Without one they are not sent.</summary>
    Task<bool> CanSign(string tenant, CancellationToken token);

    /// <returns>Null where the job is another's, or is none, or nobody is to be told of it.</returns>
    Task<WebhookRecord?> Find(string tenant, Guid job, CancellationToken token);

    /// <summary>
    /// Begin a delivery: for an end that was not told yet, or one that is due again. Null also where the tenant has as many under way as
    /// it may: then this one is due a little later.
    /// </summary>
    /// <param name="lease">After it, the delivery counts as lost.</param>
    Task<Delivery?> Claim(Guid job, TimeSpan lease, DeliveryShare share, CancellationToken token);

    Task<bool> Record(Delivery delivery, DeliveryOutcome outcome, CancellationToken token);

    /// <summary>Try again from the beginning, whatever came of it before; nothing where the job has not ended.</summary>
    Task<WebhookRecord?> Again(string tenant, Guid job, CancellationToken token);

    /// <summary>Jobs whose deliveries are due, hidden from other sweepers for <paramref name="guard"/>.</summary>
    Task<IReadOnlyList<Guid>> TakeDue(int limit, TimeSpan guard, CancellationToken token);
}

/// <summary>What one tenant may take of the places for deliveries: its server may be slow, and others' are not to wait for it.</summary>
/// <param name="AtOnce">Deliveries under way, by all workers together.</param>
/// <param name="Later">When to look again at one that would be more.</param>
public sealed record DeliveryShare(int AtOnce, TimeSpan Later);
