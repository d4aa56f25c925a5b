using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Api.Problems;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Tenants;
using Navigator.Storage.Webhooks;
using Navigator.Workers.Flow;

namespace Navigator.Api.Chat;

internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup($"{ChatJobs.Route}/{{id}}/webhook").WithTags("Chat").Needs(Scope.Chat);
        webhooks.MapGet("/", Read).WithName("ReadWebhook").WithSummary("How telling the callback_url of the job's end is going.");
        webhooks.MapPost("/redeliver", Redeliver).WithName("RedeliverWebhook").WithSummary("Tell it again, whatever came of it before.");
    }

    private static async Task<Results<Ok<Webhook>, ProblemHttpResult>> Read(
        string id, ClaimsPrincipal caller, Turns turns, IWebhooks webhooks, CancellationToken token)
    {
        if (!Guid.TryParse(id, out var job))
            return Problem.MalformedId("job");
        return await turns.Take(() => webhooks.Find(caller.Tenant(), job, token), token) is { } webhook
            ? TypedResults.Ok(ToHttp(webhook))
            : NotFound();
    }

    private static async Task<Results<Accepted<Webhook>, ProblemHttpResult>> Redeliver(
        string id, ClaimsPrincipal caller, Turns turns, IWebhooks webhooks, Dispatcher dispatcher, CancellationToken token)
    {
        if (!Guid.TryParse(id, out var job))
            return Problem.MalformedId("job");
        if (await turns.Take(() => webhooks.Again(caller.Tenant(), job, token), token) is not { } webhook)
            return NotFound();
        if (webhook.Status == WebhookStatus.Waiting)
            return Problem.Of(409, "job_not_ended", "The job has not ended: there is nothing to tell yet.");
        await dispatcher.Send([new DeliverWebhook(job)], CancellationToken.None);
        return TypedResults.Accepted($"{ChatJobs.Route}/{job}/webhook", ToHttp(webhook));
    }

    private static ProblemHttpResult NotFound() =>
        Problem.Of(404, "webhook_not_found", "There is no such job, or it was submitted without a callback_url.");

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
