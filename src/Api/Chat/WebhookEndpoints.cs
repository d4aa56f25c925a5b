using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Access;
using Navigator.Api.Problems;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Storage.Tenants;
using Navigator.Storage.Webhooks;

namespace Navigator.Api.Chat;

internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup($"{ChatJobs.Route}/{{id}}/webhook").WithTags("Chat").Needs(Scope.Chat).HasIds("job");
        webhooks.MapGet("/", Read).WithName("ReadWebhook").WithSummary("The status of the job's webhook.");
        webhooks.MapPost("/redeliver", Redeliver).WithName("RedeliverWebhook").WithSummary("Send the webhook again, whatever its status.");
    }

    private static async Task<Results<Ok<Webhook>, ProblemHttpResult>> Read(
        Guid id, ClaimsPrincipal caller, ThrottledWebhooks webhooks, CancellationToken token) =>
        await webhooks.Find(caller, id, token) is { } webhook ? TypedResults.Ok(ToHttp(webhook)) : NotFound();

    private static async Task<Results<Accepted<Webhook>, ProblemHttpResult>> Redeliver(
        Guid id, ClaimsPrincipal caller, ThrottledWebhooks webhooks, Dispatcher dispatcher, CancellationToken token)
    {
        if (await webhooks.Again(caller, id, token) is not { } webhook)
            return NotFound();
        if (webhook.Status == WebhookStatus.Waiting)
            return Problem.Of(ProblemCode.JobNotEnded, "The job has not ended, so there is no webhook to send yet.");
        await dispatcher.Send([new DeliverWebhook(id)], CancellationToken.None);
        return TypedResults.Accepted($"{ChatJobs.Route}/{id}/webhook", ToHttp(webhook));
    }

    private static ProblemHttpResult NotFound() =>
        Problem.Of(ProblemCode.WebhookNotFound, "The job does not exist, or it was submitted without a callback_url.");

    private static Webhook ToHttp(WebhookRecord webhook) => new()
    {
        JobId = webhook.JobId,
        Url = webhook.Url,
        Status = webhook.Status,
        Tries = webhook.Tries,
        ResponseStatus = webhook.ResponseStatus,
        Error = webhook.Error,
        DeliveredAt = webhook.DeliveredAt,
        NextTryAt = webhook.NextAt,
    };
}
