namespace Navigator.Contracts.Chat;

/// <summary>Send the webhook about a job's end to the caller's server. Queue: deliver-webhook.</summary>
/// <param name="JobId">The job in the ledger. A webhook that was delivered is not sent again.</param>
public sealed record DeliverWebhook(Guid JobId) : Command
{
    public override string Queue() => QueueNames.DeliverWebhook;
}
