using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Webhooks;

namespace Navigator.Workers.Limits;

/// <summary>How long a caller's server is asked to listen.</summary>
public sealed record WebhookLimits
{
    [Range(1, 20)] public required int Tries { get; init; }
    [DurationRange("10ms", "1h")] public required TimeSpan FirstWait { get; init; }
    [DurationRange("10ms", "1d")] public required TimeSpan LongestWait { get; init; }

    /// <summary>By all workers together.</summary>
    [Range(1, 10_000)] public required int TenantAtOnce { get; init; }

    public DeliveryShare Share => new(TenantAtOnce, FirstWait);

    /// <summary>Four times as long after each.</summary>
    /// <param name="tried">Deliveries so far.</param>
    /// <returns>Null: no more.</returns>
    public TimeSpan? WaitAfter(int tried) =>
        tried >= Tries ? null : FirstWait * Math.Min(LongestWait / FirstWait, Math.Pow(4, tried - 1));
}

/// <summary>One question's time.</summary>
public sealed record JobLimits
{
    [DurationRange("1s", "1h")] public required TimeSpan Deadline { get; init; }

    /// <summary>The least and the most that a caller may ask for.</summary>
    [DurationRange("100ms", "1h")] public required TimeSpan MinDeadline { get; init; }
    [DurationRange("1s", "1d")] public required TimeSpan MaxDeadline { get; init; }
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }
    [Range(1, 100)] public required int Attempts { get; init; }
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }
    [DurationRange("10ms", "10m")] public required TimeSpan Wave { get; init; }

    /// <summary>What all tools together should take, and a whole job; metrics count those that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan ToolsTarget { get; init; }
    [DurationRange("1ms", "10m")] public required TimeSpan Target { get; init; }

    /// <summary>Does a worker go on with a job itself where the next queue's gate has room, instead of sending it a message?</summary>
    public required bool ContinueInPlace { get; init; }
}

/// <summary>The longest that models may take before a question's tools begin; then rules take over.</summary>
public sealed record IntakeLimits
{
    [DurationRange("10ms", "10m")] public required TimeSpan Translate { get; init; }
    [DurationRange("10ms", "10m")] public required TimeSpan Screen { get; init; }
    [DurationRange("10ms", "10m")] public required TimeSpan Plan { get; init; }
}

/// <summary>One document's time.</summary>
public sealed record DocumentLimits
{
    [DurationRange("1s", "1d")] public required TimeSpan Deadline { get; init; }
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }
    [Range(1, 100)] public required int Attempts { get; init; }
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }
}

/// <summary>How often and how much the sweeper looks at.</summary>
public sealed record SweeperLimits
{
    [AtStart, DurationRange("10ms", "10s")] public required TimeSpan Interval { get; init; }
    [Range(1, 10_000)] public required int Batch { get; init; }
    [DurationRange("1m", "3650d")] public required TimeSpan Retention { get; init; }

    /// <summary>From the end of its ingestion; unset: a document stays until its owner deletes it.</summary>
    [DurationRange("1m", "3650d")] public TimeSpan? DocumentRetention { get; init; }
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
    [AtStart, DurationRange("10ms", "10s")] public required TimeSpan Release { get; init; }

    public int UnderWayPerWorker => QueueLimits.Count(UnderWay);
}

/// <summary>How much of a replay is let in at once.</summary>
public sealed record ReplayLimits
{
    /// <summary>Unfinished jobs, live and replayed, from which on no more are replayed.</summary>
    [Range(1, 1_000_000)] public required int HoldAbove { get; init; }
    [Range(1, 10_000)] public required int Batch { get; init; }
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan Interval { get; init; }
}
