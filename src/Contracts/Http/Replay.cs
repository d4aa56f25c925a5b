using System.ComponentModel;
using Navigator.Contracts.Chat;

namespace Navigator.Contracts.Http;

/// <summary>An operator's request to replay jobs.</summary>
public sealed record ReplayRequest
{
    /// <summary>Maximum number of replayed jobs per second.</summary>
    public const double MaxRatePerSecond = 1_000;

    /// <summary>Maximum number of jobs in one replay.</summary>
    public const int MaxJobs = 100_000;

    [Description("Selects the jobs, or the error queue whose messages are replayed.")]
    public ReplayFilter? Filter { get; init; }

    [Description("Count the matching jobs and replay none. Default: false.")]
    public bool? DryRun { get; init; }

    [Description("Jobs per second, above 0 and up to 1,000. Default: 20.")]
    public double? RatePerSecond { get; init; }

    [Description("Maximum number of jobs, 1 to 100,000, in the order of their acceptance. Default: 10,000.")]
    public int? Max { get; init; }
}

/// <summary>A job must meet all given conditions.</summary>
public sealed record ReplayFilter
{
    [Description("'failed' and 'expired' jobs get a new attempt and a new deadline. The messages of 'queued' jobs are sent again, "
        + "for a broker that lost its messages. Default: failed and expired.")]
    public IReadOnlyList<JobStatus>? Status { get; init; }

    [Description("Only jobs accepted at this time or later.")]
    public DateTimeOffset? From { get; init; }

    [Description("Only jobs accepted before this time.")]
    public DateTimeOffset? To { get; init; }

    [Description("Only jobs that ended with this error code.")]
    public string? ErrorCode { get; init; }

    public string? ConversationId { get; init; }

    [Description("Only jobs of this tenant. Default: the caller's tenant.")]
    public string? Tenant { get; init; }

    [Description("Instead of jobs, replays the messages of this _error or _skipped queue to the queue that they came from.")]
    public string? Queue { get; init; }
}

/// <summary>The status of a replay.</summary>
public enum ReplayStatus
{
    Running,
    Paused,

    /// <summary>Every matching job was replayed or skipped. Some of the jobs may still be unfinished.</summary>
    Finished,
    Cancelled,
}

/// <summary>A replay as operators see it.</summary>
public sealed record Replay
{
    public required Guid Id { get; init; }
    public string Object { get; init; } = "replay";
    public required ReplayStatus Status { get; init; }

    [Description("True while the replay waits because too many jobs are unfinished.")]
    public required bool HeldBack { get; init; }
    public required ReplayFilter Filter { get; init; }
    public required double RatePerSecond { get; init; }
    public required int Max { get; init; }
    public required ReplayCounts Counts { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required ReplayLinks Links { get; init; }
}

/// <summary>The last five count jobs. They are zero for a queue's messages, whose jobs are not known.</summary>
public sealed record ReplayCounts
{
    [Description("Number of jobs or messages that matched when the replay was requested.")]
    public required int Matched { get; init; }
    public required int Replayed { get; init; }

    [Description("Matching jobs that were answered, cancelled or replayed otherwise before their batch. Known when the replay ends.")]
    public required int Skipped { get; init; }

    [Description("Replayed and not ended yet.")]
    public required int Unfinished { get; init; }
    public required int Answered { get; init; }
    public required int Refused { get; init; }
    public required int Cancelled { get; init; }
    public required int FailedAgain { get; init; }
}

public sealed record ReplayLinks(string Self, string Pause, string Resume, string Cancel);

/// <summary>The effect that a replay would have.</summary>
/// <param name="Matched">Number of jobs that match now.</param>
/// <param name="WouldReplay">Number of jobs that would be replayed, at most <c>max</c>.</param>
public sealed record ReplayPreview(int Matched, int WouldReplay)
{
    public string Object { get; init; } = "replay.preview";
}

/// <summary>A page of replays, newest first. Their counts end with <c>skipped</c>; a single replay shows all counts.</summary>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next page. Null on the last page.</param>
public sealed record ReplayList(IReadOnlyList<Replay> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}
