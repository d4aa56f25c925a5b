using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Navigator.Api.Access;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Storage.Replays;
using Navigator.Storage.Tenants;
using Navigator.Workers.Broker;
using Navigator.Workers.Tools;

namespace Navigator.Api.Replay;

internal static class ReplayEndpoints
{
    /// <summary>No setting: a replay names a filter, and no text.</summary>
    private const int BodyBytes = 16_384;

    public static RouteGroupBuilder MapReplays(this IEndpointRouteBuilder routes)
    {
        var replays = routes.MapGroup(Replays.Route).WithTags("Replay").Needs(Scope.Operate);
        replays.MapPost("/", Create).WithName("CreateReplay").WithSummary("Ask many jobs again, or only count them.")
            .WithMetadata(new RequestSizeLimitAttribute(BodyBytes));
        replays.MapGet("/", List).WithName("ListReplays").WithSummary("Replays, newest first.");
        replays.MapGet("/{id}", Read).WithName("ReadReplay").WithSummary("One replay: how far it is, and how its jobs ended.");
        replays.MapPost("/{id}/pause", Pause).WithName("PauseReplay").WithSummary("Queue no more jobs until it is resumed.");
        replays.MapPost("/{id}/resume", Resume).WithName("ResumeReplay").WithSummary("Go on after a pause.");
        replays.MapDelete("/{id}", Cancel).WithName("CancelReplay").WithSummary("Queue no more jobs. Those that were queued go on.");
        return replays;
    }

    private static async Task<Results<Accepted<Contracts.Http.Replay>, Ok<ReplayPreview>, ProblemHttpResult>> Create(
        ReplayRequest? body, ClaimsPrincipal caller, IAudit audit, IReplayStore store, ToolSet tools, IServiceProvider services,
        CancellationToken token)
    {
        var (plan, problem) = ReplayPlan.From(body, caller.Tenant(), tools);
        if (plan is null)
            return problem!;
        int matched;
        if (plan.Selection.Queue is not { } queue)
            matched = await store.Count(caller.Tenant(), plan.Selection, token);
        else if (services.GetService<ErrorQueues>() is not { } errors)
            return Problem.Of(422, "no_error_queues", "Embedded, there are no error queues: the queues are in the memory of the process.");
        else
            try
            {
                matched = await errors.Count(queue, token);
            }
            catch (BrokerUnavailableException)
            {
                return Problem.Of(503, "broker_unavailable", "The broker does not answer. Try again in a moment; nothing was changed.");
            }

        if (plan.DryRun)
            return TypedResults.Ok(new ReplayPreview(matched, Math.Min(matched, plan.Max)));
        await audit.Record(caller.Tenant(), caller.Actor(), "replay.create", plan.Selection.Queue ?? "jobs", token);
        var replay = await store.Create(caller.Tenant(), plan.Selection, plan.RatePerSecond, plan.Max, matched, token);
        return TypedResults.Accepted($"{Replays.Route}/{replay.Id}", replay.ToHttp());
    }

    private static async Task<Results<Ok<ReplayList>, ProblemHttpResult>> List(
        [FromQuery, Description("next_cursor of the page before.")] string? cursor,
        [FromQuery, Description("Replays per page, 1 to 100. Default: 20.")] string? limit,
        ClaimsPrincipal caller, IReplayStore store, CancellationToken token)
    {
        if (!Paging.TryParse(cursor, limit, out var before, out var size))
            return Paging.Invalid();
        var replays = await store.List(caller.Tenant(), before, size + 1, token);
        return TypedResults.Ok(new ReplayList(
            [.. replays.Take(size).Select(replay => replay.ToHttp())], replays.Count > size ? replays[size - 1].Id.ToString() : null));
    }

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Read(
        string id, ClaimsPrincipal caller, IReplayStore store, CancellationToken token) =>
        Answer(id, replay => store.Find(caller.Tenant(), replay, token));

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Pause(
        string id, ClaimsPrincipal caller, IAudit audit, IReplayStore store, CancellationToken token) =>
        Set(id, ReplayStatus.Paused, caller, audit, store, token);

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Resume(
        string id, ClaimsPrincipal caller, IAudit audit, IReplayStore store, CancellationToken token) =>
        Set(id, ReplayStatus.Running, caller, audit, store, token);

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Cancel(
        string id, ClaimsPrincipal caller, IAudit audit, IReplayStore store, CancellationToken token) =>
        Set(id, ReplayStatus.Cancelled, caller, audit, store, token);

    private static async Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Set(
        string id, ReplayStatus status, ClaimsPrincipal caller, IAudit audit, IReplayStore store, CancellationToken token)
    {
        if (Guid.TryParse(id, out var wanted))
            await audit.Record(caller.Tenant(), caller.Actor(), $"replay.{status.ToString().ToLowerInvariant()}", wanted.ToString(), token);
        var result = await Answer(id, replay => store.Set(caller.Tenant(), replay, status, token));
        // Wanted twice is fine; what is over cannot be paused or resumed.
        return result.Result is Ok<Contracts.Http.Replay> { Value: { } replay } && status != ReplayStatus.Cancelled && replay.Status != status
            ? Problem.Of(409, "replay_over",
                $"This replay is {(replay.Status == ReplayStatus.Finished ? "finished" : "cancelled")}; nothing was changed.")
            : result;
    }

    private static async Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Answer(string id, Func<Guid, Task<ReplayRecord?>> find)
    {
        if (!Guid.TryParse(id, out var replayId))
            return Problem.MalformedId("replay");
        return await find(replayId) is { } replay
            ? TypedResults.Ok(replay.ToHttp())
            : Problem.Of(404, "replay_not_found", "There is no such replay.");
    }
}
