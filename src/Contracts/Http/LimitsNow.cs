namespace Navigator.Contracts.Http;

/// <summary>Every bound, and what of it is in use now; of all processes that said something in the last ten seconds.</summary>
public sealed record LimitsNow
{
    public required AdmissionNow Admission { get; init; }

    /// <summary>In the order that a question meets them.</summary>
    public required IReadOnlyList<QueueNow> Queues { get; init; }

    /// <summary>Rates that hold for all processes together.</summary>
    public required IReadOnlyList<RateNow> Rates { get; init; }
    public required IReadOnlyList<ProcessNow> Processes { get; init; }
}

/// <summary>What the API that was asked lets in.</summary>
/// <param name="QueueDepth">Messages ready in the queues of questions: beyond, 429.</param>
/// <param name="QueueDepthNow">As of the last second.</param>
/// <param name="TenantUnfinished">Questions that one tenant may have unfinished.</param>
/// <param name="DrainedPerSecond">Questions that ended, over the last ten seconds.</param>
public sealed record AdmissionNow(long QueueDepth, long QueueDepthNow, long TenantUnfinished, double DrainedPerSecond);

/// <param name="Ready">Messages that no worker has; null while the broker does not answer, and where there is none.</param>
/// <param name="Consumers">Of all workers together; null like <paramref name="Ready"/>.</param>
/// <param name="DrainedPerSecond">Messages that workers began, and steps that they took in place.</param>
public sealed record QueueNow(string Name, long? Ready, long? Consumers, double DrainedPerSecond);

/// <param name="PerMinute">Null: no limit.</param>
/// <param name="Available">Calls that could be made at once now; null: no limit.</param>
public sealed record RateNow(string Upstream, int? PerMinute, int Burst, int? Available);

/// <param name="Name">machine:process id.</param>
/// <param name="Role">api, worker, or both when embedded.</param>
public sealed record ProcessNow(string Name, string Role, DateTimeOffset SeenAt, ProcessLimits Limits);

public sealed record ProcessLimits(IReadOnlyList<BoundNow> Bounds, IReadOnlyList<BreakerNow> Breakers);

/// <param name="Kind">queue, upstream, pool, sends, polls or admission.</param>
/// <param name="WaitedSeconds">All the time that was ever waited for it.</param>
/// <param name="PerSecond">How many got in, lately.</param>
public sealed record BoundNow(string Kind, string Name, long Limit, long InUse, long Waiting, double WaitedSeconds, double PerSecond);

/// <param name="State">closed, open or half_open.</param>
public sealed record BreakerNow(string Name, string State, DateTimeOffset Since);
