using System.ComponentModel;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Api.Problems;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Webhooks;
using Navigator.Storage.Ledger;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Chat;

internal static class ChatEndpoints
{
    private const int LongestWait = 60;

    /// <summary>Recommended time between two polls, in seconds.</summary>
    private const string PollEvery = "1";

    public static IServiceCollection AddChat(this IServiceCollection services) =>
        services.AddSingleton<DatabaseThrottle>().AddSingleton<ThrottledJobs>().AddSingleton<ThrottledWebhooks>()
            .AddSingleton<JobWatcher>()
            .AddHostedService(provider => provider.GetRequiredService<JobWatcher>())
            .AddSingleton<Admission>().AddHostedService(provider => provider.GetRequiredService<Admission>());

    public static RouteGroupBuilder MapChatJobs(this IEndpointRouteBuilder routes)
    {
        var policy = routes.ServiceProvider.GetRequiredService<LivePolicy>();
        var jobs = routes.MapGroup(ChatJobs.Route).WithTags("Chat").Needs(Scope.Chat).HasIds("job");
        jobs.MapPost("/", Submit).WithName("SubmitChatJob").WithSummary("Ask a question.")
            .WithMetadata(new RequestSizeLimitAttribute(policy.Now.Http.QuestionBytes));
        jobs.MapGet("/", List).WithName("ListChatJobs").WithSummary("Your questions, newest first.");
        jobs.MapGet("/{id}", Read).WithName("ReadChatJob").WithSummary("One question with its status and answer.");
        jobs.MapGet("/{id}/events", Events).WithName("ChatJobEvents").WithSummary("One question's changes as they happen (server-sent events).");
        jobs.MapDelete("/{id}", Cancel).WithName("CancelChatJob").WithSummary("Cancel a question. A question that has ended does not change.");
        jobs.MapRetrieval();
        return jobs;
    }

    private static async Task<Results<Accepted<ChatJob>, ProblemHttpResult>> Submit(
        ChatJobRequest? body,
        [FromHeader(Name = "Idempotency-Key"), Description("The same key and body return the same job. 1 to 200 visible ASCII characters.")]
        string? idempotencyKey,
        [FromQuery, Description("Wait up to this many seconds for the job's end, 0 to 60.")] string? wait,
        ClaimsPrincipal caller, HttpResponse response, LivePolicy policy, ThrottledWebhooks webhooks, IOptions<WebhookOptions> webhookOptions,
        Admission admission, JobWatcher watcher, ThrottledJobs jobs, CancellationToken token)
    {
        var isTold = body?.CallbackUrl is not null && await webhooks.CanSign(caller, token);
        var callbacks = new Callbacks(isTold, webhookOptions.Value.AllowLoopback);
        if (!ChatQuestion.From(body, policy.Now.Job, callbacks).IsValid(out var question, out var problem))
            return problem;
        if (idempotencyKey is not null && (idempotencyKey.Length is 0 or > 200 || idempotencyKey.Any(c => c is < '!' or > '~')))
            return Problem.Of(ProblemCode.InvalidIdempotencyKey, "An Idempotency-Key must have 1 to 200 visible ASCII characters.");
        if (ParseWait(wait) is not { } seconds)
            return InvalidWait();

        admission.SayLimits(response);
        if (admission.Enter() is { } full)
            return admission.Refuse(response, full);

        var submission = default(Submission);
        try
        {
            submission = await jobs.Record(caller, question, idempotencyKey, token);
            await jobs.Dispatch(submission);
        }
        finally
        {
            if (submission is { Job: not null, Outcome: SubmissionOutcome.Created })
                admission.Queued();
            else
                admission.Leave();
        }
        if (submission.Outcome == SubmissionOutcome.KeyReused)
            return Problem.Of(ProblemCode.IdempotencyKeyReused, "This Idempotency-Key was used with another body. Nothing was accepted.");
        if (submission.Job is not { } accepted)
            return admission.Refuse(response, admission.TenantFull());
        // A repeated request gets the first response again. With wait it gets the current job.
        var repeated = submission.Outcome == SubmissionOutcome.Repeated;
        if (repeated)
            response.Headers["Idempotency-Replayed"] = "true";
        var job = repeated && seconds == 0 ? accepted.AsAccepted() : await WaitForEnd(accepted, seconds, watcher, jobs, token);
        SetPollHeaders(response, job);
        return TypedResults.Accepted($"{ChatJobs.Route}/{job.Id}", job.ToHttp());
    }

    private static async Task<Results<Ok<ChatJob>, StatusCodeHttpResult, ProblemHttpResult>> Read(
        Guid id,
        [FromQuery, Description("Wait up to this many seconds for the job's end, 0 to 60. With If-None-Match: for a change.")]
        string? wait,
        [FromHeader(Name = "If-None-Match")] string? ifNoneMatch,
        ClaimsPrincipal caller, HttpResponse response, JobWatcher watcher, ThrottledJobs jobs, CancellationToken token)
    {
        if (ParseWait(wait) is not { } seconds)
            return InvalidWait();
        if (await jobs.Find(caller, id, token) is not { } job)
            return Problem.JobNotFound();

        if (ifNoneMatch is null)
            job = await WaitForEnd(job, seconds, watcher, jobs, token);
        else if (ifNoneMatch == TagOf(job) && await watcher.WaitForChange(job, TimeSpan.FromSeconds(seconds), token))
            job = await jobs.Find(caller, id, token) ?? job;
        SetPollHeaders(response, job);
        return ifNoneMatch == TagOf(job) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(job.ToHttp());
    }

    private static async Task<Results<Ok<ChatJobList>, ProblemHttpResult>> List(
        [FromQuery] string? status,
        [FromQuery(Name = "conversation_id")] string? conversationId,
        [FromQuery, Description("next_cursor of the previous page.")] string? cursor,
        [FromQuery, Description("Jobs per page, 1 to 100. Default: 20.")] string? limit,
        ClaimsPrincipal caller, ThrottledJobs jobs, CancellationToken token)
    {
        if (!TryParseStatus(status, out var wanted))
            return Problem.Of(ProblemCode.InvalidStatusParameter, "status is one of queued, running, answered, refused, failed, expired, cancelled.");
        if (conversationId is not null && !ChatQuestion.Conversation().IsMatch(conversationId))
            return Problem.Of(ProblemCode.InvalidConversationIdParameter, "A conversation_id must have 1 to 64 letters, digits, '-', '_' or '.'.");
        if (!Paging.TryParse(cursor, limit, out var before, out var size))
            return Paging.Invalid();

        var found = await jobs.List(caller, new JobFilter(wanted, conversationId, before, size + 1), token);
        return TypedResults.Ok(new ChatJobList([.. found.Take(size).Select(job => job.ToHttp())], found.Count > size
            ? found[size - 1].Id.ToString()
            : null));
    }

    private static async Task<Results<Ok<ChatJob>, ProblemHttpResult>> Cancel(
        Guid id, ClaimsPrincipal caller, ThrottledJobs jobs, CancellationToken token) =>
        await jobs.Cancel(caller, id, token) is { } job ? TypedResults.Ok(job.ToHttp()) : Problem.JobNotFound();

    private static async Task<Results<ServerSentEventsResult<ChatJob>, ProblemHttpResult>> Events(
        Guid id, ClaimsPrincipal caller, JobWatcher watcher, ThrottledJobs jobs, Drain drain, CancellationToken token) =>
        await jobs.Find(caller, id, token) is { } job
            ? TypedResults.ServerSentEvents(Follow(job, watcher, jobs, drain.Over, token))
            : Problem.JobNotFound();

    /// <summary>Returns the job now and after each change, until it has ended.</summary>
    private static async IAsyncEnumerable<SseItem<ChatJob>> Follow(
        Job job, JobWatcher watcher, ThrottledJobs jobs, CancellationToken stopping, [EnumeratorCancellation] CancellationToken token)
    {
        while (true)
        {
            yield return new SseItem<ChatJob>(job.ToHttp(), "job") { EventId = job.Version.ToString(CultureInfo.InvariantCulture) };
            if (job.Status.IsFinished() || stopping.IsCancellationRequested)
                yield break;
            // Without a change the job is sent again after a while, so that proxies keep the connection open.
            await watcher.WaitForChange(job, TimeSpan.FromSeconds(15), token);
            if (await jobs.FindAgain(job, token) is not { } next)
                yield break;
            job = next;
        }
    }

    private static async Task<Job> WaitForEnd(Job job, int seconds, JobWatcher watcher, ThrottledJobs jobs, CancellationToken token)
    {
        if (job.Status.IsFinished() || !await watcher.WaitForEnd(job, TimeSpan.FromSeconds(seconds), token))
            return job;
        return await jobs.FindAgain(job, token) ?? job;
    }

    private static void SetPollHeaders(HttpResponse response, Job job)
    {
        response.Headers.ETag = TagOf(job);
        response.Headers.CacheControl = "no-store";
        if (!job.Status.IsFinished())
            response.Headers.RetryAfter = PollEvery;
    }

    private static string TagOf(Job job) => $"\"{job.Version}\"";

    private static int? ParseWait(string? wait) =>
        wait is null ? 0 : int.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestWait
            ? seconds
            : null;

    private static ProblemHttpResult InvalidWait() => Problem.Of(ProblemCode.InvalidWait, $"wait must be a number of seconds, 0 to {LongestWait}.");

    private static bool TryParseStatus(string? text, out JobStatus? status)
    {
        status = Enum.TryParse<JobStatus>(text, ignoreCase: true, out var parsed) ? parsed : null;
        return text is null || (status is { } known && known.ToString().Equals(text, StringComparison.OrdinalIgnoreCase));
    }
}
