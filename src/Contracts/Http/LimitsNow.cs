namespace Navigator.Contracts.Http;

/// <summary>Every limit and its current use, for all processes that reported in the last ten seconds.</summary>
public sealed record LimitsNow
{
    public required AdmissionNow Admission { get; init; }

    /// <summary>In the order in which a question passes them.</summary>
    public required IReadOnlyList<QueueNow> Queues { get; init; }

    /// <summary>Rates shared by all processes.</summary>
    public required IReadOnlyList<RateNow> Rates { get; init; }
    public required IReadOnlyList<ProcessNow> Processes { get; init; }
}

/// <summary>Admission limits of the API process that serves this request.</summary>
/// <param name="QueueDepth">Maximum number of messages ready in the queues of questions. Above it the API answers 429.</param>
/// <param name="QueueDepthNow">Current number, at most one second old.</param>
/// <param name="TenantUnfinished">Maximum number of unfinished questions of one tenant.</param>
/// <param name="DrainedPerSecond">Questions that ended per second, over the last ten seconds.</param>
/// <param name="OldestSeconds">Time since the oldest unfinished question was queued, replayed ones apart; 0 without any.</param>
public sealed record AdmissionNow(
    long QueueDepth, long QueueDepthNow, long TenantUnfinished, double DrainedPerSecond, double OldestSeconds);

/// <param name="Ready">Messages that no worker has; null if the broker does not answer or there is no broker.</param>
/// <param name="Consumers">Consumers of all workers; null like <paramref name="Ready"/>.</param>
/// <param name="DrainedPerSecond">Messages that workers began and inline continuations, per second.</param>
public sealed record QueueNow(string Name, long? Ready, long? Consumers, double DrainedPerSecond);

/// <param name="PerMinute">Null: no limit.</param>
/// <param name="Available">Calls that the rate allows at once now; null: no limit.</param>
public sealed record RateNow(string Upstream, int? PerMinute, int Burst, int? Available);

/// <param name="Name">machine:process id.</param>
/// <param name="Role">api, worker, or both when embedded.</param>
public sealed record ProcessNow(string Name, string Role, DateTimeOffset SeenAt, ProcessLimits Limits);

public sealed record ProcessLimits(IReadOnlyList<BreakerNow> Breakers)
{
    /// <summary>Empty from a process of an older version, which has another name for it.</summary>
    public IReadOnlyList<LimitNow> Usage { get; init; } = [];

    /// <summary>The program's version; null from a process of an older version.</summary>
    public string? Version { get; init; }

    /// <summary>The time of the report on the process's own clock; null from a process of an older version.</summary>
    public DateTimeOffset? ReportedAt { get; init; }
}

/// <param name="Kind">queue, upstream, model, pool, searches, statements, originals, sends, polls or admission.</param>
/// <param name="WaitedSeconds">Total time that callers have waited for it.</param>
/// <param name="PerSecond">Number of permits granted per second, recently.</param>
public sealed record LimitNow(string Kind, string Name, long Limit, long InUse, long Waiting, double WaitedSeconds, double PerSecond);

/// <param name="State">closed, open or half_open.</param>
public sealed record BreakerNow(string Name, string State, DateTimeOffset Since);
