using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Webhooks;

namespace Navigator.Workers.Limits;

/// <summary>How long a caller's server is asked to listen.</summary>
public sealed record WebhookLimits
{
    [Range(1, 20)] public required int Tries { get; init; }
    [Range(10, 3_600_000)] public required int FirstWaitMs { get; init; }
    [Range(10, 86_400_000)] public required int LongestWaitMs { get; init; }

    /// <summary>By all workers together.</summary>
    [Range(1, 10_000)] public required int TenantAtOnce { get; init; }

    public DeliveryShare Share => new(TenantAtOnce, TimeSpan.FromMilliseconds(FirstWaitMs));

    /// <summary>Four times as long after each.</summary>
    /// <param name="tried">Deliveries so far.</param>
    /// <returns>Null: no more.</returns>
    public TimeSpan? WaitAfter(int tried) =>
        tried >= Tries ? null : TimeSpan.FromMilliseconds(Math.Min(LongestWaitMs, FirstWaitMs * Math.Pow(4, tried - 1)));
}

/// <summary>One question's time.</summary>
public sealed record JobLimits
{
    [Range(1_000, 3_600_000)] public required int DeadlineMs { get; init; }

    /// <summary>The least and the most that a caller may ask for.</summary>
    [Range(100, 3_600_000)] public required int MinDeadlineMs { get; init; }
    [Range(1_000, 86_400_000)] public required int MaxDeadlineMs { get; init; }
    [Range(1_000, 600_000)] public required int LeaseMs { get; init; }
    [Range(1, 100)] public required int Attempts { get; init; }
    [Range(100, 600_000)] public required int EnqueueGraceMs { get; init; }
    [Range(10, 600_000)] public required int WaveMs { get; init; }

    /// <summary>What all tools together should take, and a whole job; metrics count those that take longer.</summary>
    [Range(1, 600_000)] public required int ToolsTargetMs { get; init; }
    [Range(1, 600_000)] public required int TargetMs { get; init; }

    /// <summary>Does a worker go on with a job itself where the next queue's gate has room, instead of sending it a message?</summary>
    public required bool ContinueInPlace { get; init; }

    public TimeSpan Deadline => TimeSpan.FromMilliseconds(DeadlineMs);
    public TimeSpan MinDeadline => TimeSpan.FromMilliseconds(MinDeadlineMs);
    public TimeSpan MaxDeadline => TimeSpan.FromMilliseconds(MaxDeadlineMs);
    public TimeSpan Lease => TimeSpan.FromMilliseconds(LeaseMs);
    public TimeSpan EnqueueGrace => TimeSpan.FromMilliseconds(EnqueueGraceMs);
    public TimeSpan Wave => TimeSpan.FromMilliseconds(WaveMs);
    public TimeSpan ToolsTarget => TimeSpan.FromMilliseconds(ToolsTargetMs);
    public TimeSpan Target => TimeSpan.FromMilliseconds(TargetMs);
}

/// <summary>The longest that models may take before a question's tools begin; then rules take over.</summary>
public sealed record IntakeLimits
{
    [Range(10, 600_000)] public required int TranslateMs { get; init; }
    [Range(10, 600_000)] public required int ScreenMs { get; init; }
    [Range(10, 600_000)] public required int PlanMs { get; init; }

    public TimeSpan Translate => TimeSpan.FromMilliseconds(TranslateMs);
    public TimeSpan Screen => TimeSpan.FromMilliseconds(ScreenMs);
    public TimeSpan Plan => TimeSpan.FromMilliseconds(PlanMs);
}

/// <summary>One document's time.</summary>
public sealed record DocumentLimits
{
    [Range(1_000, 86_400_000)] public required int DeadlineMs { get; init; }
    [Range(1_000, 600_000)] public required int LeaseMs { get; init; }
    [Range(1, 100)] public required int Attempts { get; init; }
    [Range(100, 600_000)] public required int EnqueueGraceMs { get; init; }

    public TimeSpan Deadline => TimeSpan.FromMilliseconds(DeadlineMs);
    public TimeSpan Lease => TimeSpan.FromMilliseconds(LeaseMs);
    public TimeSpan EnqueueGrace => TimeSpan.FromMilliseconds(EnqueueGraceMs);
}

/// <summary>How often and how much the sweeper looks at.</summary>
public sealed record SweeperLimits
{
    [AtStart, Range(10, 10_000)] public required int IntervalMs { get; init; }
    [Range(1, 10_000)] public required int Batch { get; init; }
    [Range(60_000L, 315_360_000_000L)] public required long RetentionMs { get; init; }

    /// <summary>From the end of its ingestion; unset: a document stays until its owner deletes it.</summary>
    [Range(60_000L, 315_360_000_000L)] public long? DocumentRetentionMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
    public TimeSpan? DocumentRetention => DocumentRetentionMs is { } kept ? TimeSpan.FromMilliseconds(kept) : null;
    public TimeSpan Retention => TimeSpan.FromMilliseconds(RetentionMs);
}

/// <summary>How much is accepted before callers are asked to come back later.</summary>
public sealed record AdmissionLimits
{
    /// <summary>Questions that no worker has begun, all together.</summary>
    [Range(1, 10_000_000)] public required int QueueDepth { get; init; }

    /// <summary>Jobs that one tenant may have unfinished.</summary>
    [Range(1, 10_000_000)] public required int TenantUnfinished { get; init; }

    /// <summary>Questions sent to workers and not ended, for each worker process: a number, or "20v" for twenty per processor.</summary>
    [Required, RegularExpression("[1-9][0-9]{0,5}v?")] public required string UnderWay { get; init; }

    /// <summary>How soon what is held is looked at again.</summary>
    [AtStart, Range(10, 10_000)] public required int ReleaseMs { get; init; }

    public int UnderWayPerWorker => QueueLimits.Count(UnderWay);
    public TimeSpan ReleaseInterval => TimeSpan.FromMilliseconds(ReleaseMs);
}

/// <summary>How much of a replay is let in at once.</summary>
public sealed record ReplayLimits
{
    /// <summary>Unfinished jobs, live and replayed, from which on no more are replayed.</summary>
    [Range(1, 1_000_000)] public required int HoldAbove { get; init; }
    [Range(1, 10_000)] public required int Batch { get; init; }
    [AtStart, Range(10, 60_000)] public required int IntervalMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
}
