using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Rates;

namespace Navigator.Runtime.Limits;

/// <summary>One upstream: calls and connections per process, the rate for all processes together.</summary>
public sealed record UpstreamLimits : IValidatableObject
{
    /// <summary>Calls at once; a call in HTTP/1.1 has a connection to itself, so there cannot be more than those.</summary>
    [Range(1, 1_000)] public required int InFlight { get; init; }

    /// <summary>Connections to its server, at most.</summary>
    [AtStart, Range(1, 1_000)] public required int Connections { get; init; }

    /// <summary>Longest wait for one of those places, then the call is not made.</summary>
    [DurationRange("1ms", "1m")] public required TimeSpan Wait { get; init; }

    /// <summary>The longest that a connection may take to open.</summary>
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>One try, from sending to the last byte.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Timeout { get; init; }

    /// <summary>Tries of one call, within its queue's timeout.</summary>
    [Range(1, 10)] public required int Tries { get; init; }

    /// <summary>Bytes of a response that are read; a longer one is a failure.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int MaxResponseBytes { get; init; }

    /// <summary>Calls per minute, by all processes; unset where the upstream has no such limit.</summary>
    [Range(1, 10_000_000)] public int? RatePerMinute { get; init; }

    /// <summary>How many of them may come at once after a quiet time.</summary>
    [Range(1, 10_000_000)] public int Burst { get; init; } = 1;

    /// <summary>Its circuit breaker, per process; unset where it is called however often it failed.</summary>
    public BreakerLimits? Breaker { get; init; }

    public Rate? Rate => RatePerMinute is { } perMinute ? new Rate(TimeSpan.FromMinutes(1) / perMinute, Burst) : null;

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
    [DurationRange("100ms", "10m")] public required TimeSpan BreakDuration { get; init; }

    /// <summary>Calls, no more of them at a time, that must all succeed before the circuit closes.</summary>
    [Range(1, 100)] public required int HalfOpenProbes { get; init; }
}
