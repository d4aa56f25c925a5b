using MassTransit;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Storage.Webhooks;

namespace Navigator.Workers.Webhooks;

/// <summary>Makes one delivery. A failed delivery is due again later, and the sweeper sends the next message.</summary>
internal sealed partial class DeliverWebhookConsumer(IWebhooks webhooks, WebhookSender sender, LivePolicy policy, ILogger<DeliverWebhookConsumer> log)
    : IConsumer<DeliverWebhook>
{
    /// <summary>Time to record the outcome, in addition to the delivery itself.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(20);

    public async Task Consume(ConsumeContext<DeliverWebhook> context)
    {
        var token = context.CancellationToken;
        if (await webhooks.Claim(context.Message.JobId, policy.Now.For(QueueNames.DeliverWebhook).Timeout + Reserve, policy.Now.Webhook.Share,
            token) is not { } delivery)
            return; // delivered, another worker's, above the tenant's share, or the job has not ended
        using var span = NavigatorTrace.Start(QueueNames.DeliverWebhook, delivery.JobId, delivery.Trace);
        var outcome = await sender.Send(delivery, token);
        // Without the token: the webhook was sent, and a stopping process must not cause a second delivery.
        await webhooks.Record(delivery, outcome, CancellationToken.None);
        NavigatorMeter.WebhooksSent.Add(1, KeyValuePair.Create("outcome", (object?)(outcome.Delivered ? "delivered" : outcome.Error)));
        if (outcome.Delivered)
            return;
        NavigatorTrace.Fail(outcome.Error);
        LogFailed(delivery.JobId, delivery.Tries, outcome.Error, outcome.ResponseStatus, outcome.Again);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The webhook of job {JobId} was not delivered at try {Try} ({Error}, {Status}). The next try follows after {Wait}")]
    private partial void LogFailed(Guid jobId, int @try, string? error, int? status, TimeSpan? wait);
}

internal sealed class DeliverWebhookConsumerDefinition : ConsumerDefinition<DeliverWebhookConsumer>
{
    public DeliverWebhookConsumerDefinition(LivePolicy policy)
    {
        EndpointName = QueueNames.DeliverWebhook;
        Endpoint(policy.Now.For(QueueNames.DeliverWebhook).Apply);
    }
}
