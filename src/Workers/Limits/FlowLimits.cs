using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Webhooks;

namespace Navigator.Workers.Limits;

/// <summary>How often and how fast webhooks are delivered.</summary>
public sealed record WebhookLimits
{
    /// <summary>Deliveries for one end of a job. After the last one the webhook has failed.</summary>
    [Range(1, 20)] public required int Tries { get; init; }

    /// <summary>Wait between the first and the second delivery. Each later wait is four times as long.</summary>
    [DurationRange("10ms", "1h")] public required TimeSpan FirstWait { get; init; }

    /// <summary>The longest wait between two deliveries.</summary>
    [DurationRange("10ms", "1d")] public required TimeSpan LongestWait { get; init; }

    /// <summary>Concurrent deliveries of one tenant, in all workers together.</summary>
    [Range(1, 10_000)] public required int TenantAtOnce { get; init; }

    /// <summary>Connections of one worker process to one caller's server.</summary>
    [AtStart, Range(1, 1_000)] public required int ConnectionsPerServer { get; init; }

    public DeliveryShare Share => new(TenantAtOnce, FirstWait);

    /// <summary>Returns the wait before the next delivery, four times as long after each.</summary>
    /// <param name="tried">Number of deliveries so far.</param>
    /// <returns>Null: no further delivery.</returns>
    public TimeSpan? WaitAfter(int tried) =>
        tried >= Tries ? null : FirstWait * Math.Min(LongestWait / FirstWait, Math.Pow(4, tried - 1));
}

/// <summary>Time limits of one question.</summary>
public sealed record JobLimits
{
    /// <summary>From acceptance to the end, with queueing, unless the caller asks for another deadline.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Deadline { get; init; }

    /// <summary>The shortest deadline that a caller may ask for.</summary>
    [DurationRange("100ms", "1h")] public required TimeSpan MinDeadline { get; init; }

    /// <summary>The longest deadline that a caller may ask for.</summary>
    [DurationRange("1s", "1d")] public required TimeSpan MaxDeadline { get; init; }

    /// <summary>How long a worker holds a stage without renewing the lease. It renews three times as often.</summary>
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }

    /// <summary>Attempts of one run of a job. Each lost worker uses one.</summary>
    [Range(1, 100)] public required int Attempts { get; init; }

    /// <summary>Time after which the sweeper treats a message as lost. It doubles each time the message is sent again.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }

    /// <summary>Time for optional tools. After it the job continues without them.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Wave { get; init; }

    /// <summary>Target duration of all tools together. A metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan ToolsTarget { get; init; }

    /// <summary>Target duration of a whole job. A metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan Target { get; init; }

    /// <summary>Whether a worker continues a job inline if the next queue has a free permit, instead of sending a message.</summary>
    public required bool ContinueInPlace { get; init; }
}

/// <summary>Longest time for models before a question's tools begin. After it rules take over.</summary>
public sealed record IntakeLimits
{
    /// <summary>One translation, of a question or an answer, with all providers together.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Translate { get; init; }

    /// <summary>Screening of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Screen { get; init; }

    /// <summary>Planning of one question.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Plan { get; init; }
}

/// <summary>Time limits of one document.</summary>
public sealed record DocumentLimits
{
    /// <summary>From upload to the end of ingestion.</summary>
    [DurationRange("1s", "1d")] public required TimeSpan Deadline { get; init; }

    /// <summary>How long a worker holds a document without renewing the lease.</summary>
    [DurationRange("1s", "10m")] public required TimeSpan Lease { get; init; }

    /// <summary>Attempts of one document. Each lost worker uses one.</summary>
    [Range(1, 100)] public required int Attempts { get; init; }

    /// <summary>Time after which the sweeper treats a message as lost.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan EnqueueGrace { get; init; }
}

/// <summary>How often and how much the sweeper checks.</summary>
public sealed record SweeperLimits
{
    /// <summary>Time between two checks for overdue work.</summary>
    [AtStart, DurationRange("10ms", "10s")] public required TimeSpan Interval { get; init; }

    /// <summary>Jobs and documents in one check.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>How long finished jobs are kept.</summary>
    [DurationRange("1m", "3650d")] public required TimeSpan Retention { get; init; }

    /// <summary>Retention from the end of a document's ingestion; unset: a document stays until its owner deletes it.</summary>
    [DurationRange("1m", "3650d")] public TimeSpan? DocumentRetention { get; init; }
}

/// <summary>How much is accepted before callers are asked to try later.</summary>
public sealed record AdmissionLimits
{
    /// <summary>Questions of all tenants that no worker has begun.</summary>
    [Range(1, 10_000_000)] public required int QueueDepth { get; init; }

    /// <summary>Unfinished jobs of one tenant.</summary>
    [Range(1, 10_000_000)] public required int TenantUnfinished { get; init; }

    /// <summary>Questions sent to workers and not ended, for each worker process: a number, or "20v" for twenty per processor.</summary>
    [Required, RegularExpression("[1-9][0-9]{0,5}v?")] public required string UnderWay { get; init; }

    /// <summary>Time between two checks for held jobs.</summary>
    [AtStart, DurationRange("10ms", "10s")] public required TimeSpan Release { get; init; }

    public int UnderWayPerWorker => QueueLimits.Count(UnderWay);
}

/// <summary>The pace of replays.</summary>
public sealed record ReplayLimits
{
    /// <summary>Number of unfinished jobs, live and replayed, above which replays pause.</summary>
    [Range(1, 1_000_000)] public required int HoldAbove { get; init; }

    /// <summary>Jobs in one batch, which one statement reads.</summary>
    [Range(1, 10_000)] public required int Batch { get; init; }

    /// <summary>Time between two batches.</summary>
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan Interval { get; init; }
}
