namespace Navigator.Contracts.Chat;

/// <summary>Tell the caller's server that a job has ended. Queue: deliver-webhook.</summary>
/// <param name="JobId">The job in the ledger; what was told already is not told again.</param>
public sealed record DeliverWebhook(Guid JobId) : Command
{
    public override string Queue() => QueueNames.DeliverWebhook;
}
