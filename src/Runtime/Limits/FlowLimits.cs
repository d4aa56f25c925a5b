using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Webhooks;

namespace Navigator.Runtime.Limits;

/// <summary>How long a caller's server is asked to listen.</summary>
public sealed record WebhookLimits
{
    /// <summary>Deliveries of one end of a job, then its webhook has failed.</summary>
    [Range(1, 20)] public required int Tries { get; init; }

    /// <summary>Between the first delivery and the second; each later wait is four times as long.</summary>
    [DurationRange("10ms", "1h")] public required TimeSpan FirstWait { get; init; }

    /// <summary>The longest wait between two deliveries.</summary>
    [DurationRange("10ms", "1d")] public required TimeSpan LongestWait { get; init; }

    /// <summary>Deliveries of one tenant under way at once, by all workers together.</summary>
    [Range(1, 10_000)] public required int TenantAtOnce { get; init; }

    /// <summary>Connections of one worker process to one caller's server.</summary>
    [AtStart, Range(1, 1_000)] public required int ConnectionsPerServer { get; init; }

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
    /// <summary>From acceptance to the end, queueing included, where the caller asks for nothing else.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Deadline { get; init; }

    /// <summary>The least that a caller may ask for instead.</summary>
    [DurationRange("100ms", "1h")] public required TimeSpan MinDeadline { get; init; }

    /// <summary>The most that a caller may ask for instead.</summary>
    [DurationRange("1s", "1d")] public required TimeSpan MaxDeadline { get; init; }

    /// <summary>How long a worker holds a stage without renewing it; it renews three times as often.</summary>
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }

    /// <summary>Workers that one run of a job may wear out.</summary>
    [Range(1, 100)] public required int Attempts { get; init; }

    /// <summary>How long a message may wait before the sweeper takes it for lost; doubled each time it is sent again.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }

    /// <summary>How long optional tools may take before the job goes on without them.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Wave { get; init; }

    /// <summary>What all tools together should take; a metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan ToolsTarget { get; init; }

    /// <summary>What a whole job should take; a metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan Target { get; init; }

    /// <summary>Does a worker go on with a job itself where the next queue's gate has room, instead of sending it a message?</summary>
    public required bool ContinueInPlace { get; init; }
}

/// <summary>The longest that models may take before a question's tools begin; then rules take over.</summary>
public sealed record IntakeLimits
{
    /// <summary>One translation, in or out, all providers together.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Translate { get; init; }

    /// <summary>Screening of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Screen { get; init; }

    /// <summary>Planning of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Plan { get; init; }
}

/// <summary>One document's time.</summary>
public sealed record DocumentLimits
{
    /// <summary>From upload to the end of ingestion.</summary>
    [DurationRange("1s", "1d")] public required TimeSpan Deadline { get; init; }

    /// <summary>How long a worker holds a document without renewing it.</summary>
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }

    /// <summary>Workers that one document may wear out.</summary>
    [Range(1, 100)] public required int Attempts { get; init; }

    /// <summary>How long a message may wait before the sweeper takes it for lost.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }
}

/// <summary>How often and how much the sweeper looks at.</summary>
public sealed record SweeperLimits
{
    /// <summary>Between two looks at what is overdue.</summary>
    [AtStart, DurationRange("10ms", "10s")] public required TimeSpan Interval { get; init; }

    /// <summary>Jobs and documents of one look.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>How long finished jobs are kept.</summary>
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

    /// <summary>Jobs of one turn, which one statement reads.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>Between two turns.</summary>
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan Interval { get; init; }
}
