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
