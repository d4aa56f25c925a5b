using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Navigator.Api.Access;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Tools;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Replay;

internal static class ReplayEndpoints
{
    /// <summary>Not a setting: a replay's request contains a filter and no text.</summary>
    private const int BodyBytes = 16_384;

    public static IServiceCollection AddReplays(this IServiceCollection services) => services.AddSingleton<ThrottledReplays>();

    public static RouteGroupBuilder MapReplays(this IEndpointRouteBuilder routes)
    {
        var replays = routes.MapGroup(Replays.Route).WithTags("Replay").Needs(Scope.Operate).HasIds("replay");
        replays.MapPost("/", Create).WithName("CreateReplay").WithSummary("Replay jobs, or count the jobs that match.")
            .WithMetadata(new RequestSizeLimitAttribute(BodyBytes));
        replays.MapGet("/", List).WithName("ListReplays").WithSummary("Replays, newest first.");
        replays.MapGet("/{id}", Read).WithName("ReadReplay").WithSummary("One replay with its progress and the ends of its jobs.");
        replays.MapPost("/{id}/pause", Pause).WithName("PauseReplay").WithSummary("Pause a replay. It queues no jobs until it is resumed.");
        replays.MapPost("/{id}/resume", Resume).WithName("ResumeReplay").WithSummary("Resume a paused replay.");
        replays.MapDelete("/{id}", Cancel).WithName("CancelReplay").WithSummary("Cancel a replay. Jobs that it has queued go on.");
        return replays;
    }

    private static async Task<Results<Accepted<Contracts.Http.Replay>, Ok<ReplayPreview>, ProblemHttpResult>> Create(
        ReplayRequest? body, ClaimsPrincipal caller, ThrottledReplays replays, ToolSet tools, IServiceProvider services, CancellationToken token)
    {
        if (!ReplayPlan.From(body, caller.Tenant(), tools).IsValid(out var plan, out var problem))
            return problem;
        int matched;
        if (plan.Selection.Queue is not { } queue)
            matched = await replays.Count(caller, plan.Selection, token);
        else if (services.GetService<ErrorQueues>() is not { } errors)
            return Problem.Of(ProblemCode.NoErrorQueues, "Embedded mode has no error queues, because its queues are in memory.");
        else
            try
            {
                matched = await errors.Count(queue, token);
            }
            catch (BrokerUnavailableException)
            {
                return Problem.Of(ProblemCode.BrokerUnavailable, "The broker does not answer. Nothing was changed. Try again in a moment.");
            }

        if (plan.DryRun)
            return TypedResults.Ok(new ReplayPreview(matched, Math.Min(matched, plan.Max)));
        var replay = await replays.Create(caller, plan, matched, token);
        return TypedResults.Accepted($"{Replays.Route}/{replay.Id}", replay.ToHttp());
    }

    private static async Task<Results<Ok<ReplayList>, ProblemHttpResult>> List(
        [FromQuery, Description("next_cursor of the previous page.")] string? cursor,
        [FromQuery, Description("Replays per page, 1 to 100. Default: 20.")] string? limit,
        ClaimsPrincipal caller, ThrottledReplays replays, CancellationToken token)
    {
        if (!Paging.TryParse(cursor, limit, out var before, out var size))
            return Paging.Invalid();
        var found = await replays.List(caller, before, size + 1, token);
        return TypedResults.Ok(new ReplayList(
            [.. found.Take(size).Select(replay => replay.ToHttp())], found.Count > size ? found[size - 1].Id.ToString() : null));
    }

    private static async Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Read(
        Guid id, ClaimsPrincipal caller, ThrottledReplays replays, CancellationToken token) =>
        await replays.Find(caller, id, token) is { } replay ? TypedResults.Ok(replay.ToHttp()) : NotFound();

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Pause(
        Guid id, ClaimsPrincipal caller, ThrottledReplays replays, CancellationToken token) =>
        Set(id, ReplayStatus.Paused, caller, replays, token);

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Resume(
        Guid id, ClaimsPrincipal caller, ThrottledReplays replays, CancellationToken token) =>
        Set(id, ReplayStatus.Running, caller, replays, token);

    private static Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Cancel(
        Guid id, ClaimsPrincipal caller, ThrottledReplays replays, CancellationToken token) =>
        Set(id, ReplayStatus.Cancelled, caller, replays, token);

    private static async Task<Results<Ok<Contracts.Http.Replay>, ProblemHttpResult>> Set(
        Guid id, ReplayStatus status, ClaimsPrincipal caller, ThrottledReplays replays, CancellationToken token)
    {
        if (await replays.Set(caller, id, status, token) is not { } replay)
            return NotFound();
        // A repeated request succeeds. A replay that has ended cannot be paused or resumed.
        return status == ReplayStatus.Cancelled || replay.Status == status
            ? TypedResults.Ok(replay.ToHttp())
            : Problem.Of(
                ProblemCode.ReplayOver,
                $"This replay is {(replay.Status == ReplayStatus.Finished ? "finished" : "cancelled")}; nothing was changed.");
    }

    private static ProblemHttpResult NotFound() => Problem.Of(ProblemCode.ReplayNotFound, "The replay does not exist.");
}
