using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>
/// One provider of chat models. These limits replace those of the upstreams that it serves; each of these upstreams counts by itself.
/// </summary>
public sealed record ProviderLimits
{
    /// <summary>Calls at once to one upstream. Not more than that upstream's connections.</summary>
    [Range(1, 1_000)] public required int InFlight { get; init; }

    /// <summary>Calls per minute of all processes to one upstream; unset if the provider has no such limit.</summary>
    [Range(1, 10_000_000)] public int? RatePerMinute { get; init; }

    /// <summary>Calls that may come at once after an idle period.</summary>
    [Range(1, 10_000_000)] public int Burst { get; init; } = 1;
}
