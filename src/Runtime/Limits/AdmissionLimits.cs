using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

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
