using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

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
