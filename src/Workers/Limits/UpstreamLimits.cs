using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Limits;

/// <summary>One upstream: calls and connections per process, the rate for all processes together.</summary>
public sealed record UpstreamLimits : IValidatableObject
{
    /// <summary>Calls at once; a call in HTTP/1.1 has a connection to itself, so there cannot be more than those.</summary>
    [Range(1, 1_000)] public required int InFlight { get; init; }
    [AtStart, Range(1, 1_000)] public required int Connections { get; init; }

    /// <summary>Longest wait for one of those places, then the call is not made.</summary>
    [Range(1, 60_000)] public required int WaitMs { get; init; }
    [AtStart, Range(10, 60_000)] public required int ConnectTimeoutMs { get; init; }

    /// <summary>One try, from sending to the last byte.</summary>
    [Range(10, 600_000)] public required int TimeoutMs { get; init; }
    [Range(1, 10)] public required int Tries { get; init; }
    [AtStart, Range(1_024, 1 << 30)] public required int MaxResponseBytes { get; init; }

    /// <summary>Calls per minute, by all processes; unset where the upstream has no such limit.</summary>
    [Range(1, 10_000_000)] public int? RatePerMinute { get; init; }

    /// <summary>How many of them may come at once after a quiet time.</summary>
    [Range(1, 10_000_000)] public int Burst { get; init; } = 1;

    /// <summary>Its circuit breaker, per process; unset where it is called however often it failed.</summary>
    public BreakerLimits? Breaker { get; init; }

    public Rate? Rate => RatePerMinute is { } perMinute ? new Rate(TimeSpan.FromMinutes(1) / perMinute, Burst) : null;
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(TimeoutMs);
    public TimeSpan Wait => TimeSpan.FromMilliseconds(WaitMs);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (InFlight > Connections)
            yield return new ValidationResult($"InFlight is {InFlight}, more than there are Connections ({Connections}).");
    }
}

/// <summary>When an upstream that fails is not called any more, and when it is tried again.</summary>
public sealed record BreakerLimits
{
    /// <summary>Failures in a row that open the circuit.</summary>
    [Range(1, 1_000)] public required int FailureThreshold { get; init; }

    /// <summary>How long no call is made after the circuit opened.</summary>
    [Range(typeof(TimeSpan), "100ms", "10m")] public required TimeSpan BreakDuration { get; init; }

    /// <summary>Calls, no more of them at a time, that must all succeed before the circuit closes.</summary>
    [Range(1, 100)] public required int HalfOpenProbes { get; init; }
}
