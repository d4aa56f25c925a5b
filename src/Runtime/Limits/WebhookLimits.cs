using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Webhooks;

namespace Navigator.Runtime.Limits;

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
