using System.Security.Claims;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Replay;

/// <summary>Replays of the caller's tenant. Each statement runs within the <see cref="DatabaseThrottle"/>.</summary>
internal sealed class ThrottledReplays(IReplayStore store, IAudit audit, DatabaseThrottle throttle)
{
    /// <inheritdoc cref="IReplayStore.Count"/>
    public Task<int> Count(ClaimsPrincipal caller, ReplaySelection selection, CancellationToken token) =>
        throttle.Run(() => store.Count(caller.Tenant(), selection, token), token);

    /// <summary>Writes the audit entry, then creates the replay.</summary>
    public Task<ReplayRecord> Create(ClaimsPrincipal caller, ReplayPlan plan, int matched, CancellationToken token) =>
        throttle.Run(
            async () =>
            {
                await audit.Record(caller.Tenant(), caller.Actor(), "replay.create", plan.Selection.Queue ?? "jobs", token);
                return await store.Create(
                    caller.Tenant(), plan.Selection with { Trace = NavigatorTrace.Context }, plan.RatePerSecond, plan.Max, matched, token);
            },
            token);

    /// <inheritdoc cref="IReplayStore.Find"/>
    public Task<ReplayRecord?> Find(ClaimsPrincipal caller, Guid id, CancellationToken token) =>
        throttle.Run(() => store.Find(caller.Tenant(), id, token), token);

    /// <inheritdoc cref="IReplayStore.List"/>
    public Task<IReadOnlyList<ReplayRecord>> List(ClaimsPrincipal caller, Guid? before, int limit, CancellationToken token) =>
        throttle.Run(() => store.List(caller.Tenant(), before, limit, token), token);

    /// <summary>Writes the audit entry, then pauses, resumes or cancels the replay. Returns the replay, also if it had already ended.</summary>
    public Task<ReplayRecord?> Set(ClaimsPrincipal caller, Guid id, ReplayStatus status, CancellationToken token) =>
        throttle.Run(
            async () =>
            {
                await audit.Record(caller.Tenant(), caller.Actor(), $"replay.{status.ToString().ToLowerInvariant()}", id.ToString(), token);
                return await store.Set(caller.Tenant(), id, status, token);
            },
            token);
}
