using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Rates;

namespace Navigator.Runtime.Limits;

/// <summary>One upstream: calls and connections per process, the rate for all processes together.</summary>
public sealed record UpstreamLimits : IValidatableObject
{
    /// <summary>Calls at once. Not more than connections, because a call in HTTP/1.1 needs its own connection.</summary>
    [Range(1, 1_000)] public required int InFlight { get; init; }

    /// <summary>Concurrent connections to one API process.</summary>
    [AtStart, Range(1, 1_000)] public required int Connections { get; init; }

    /// <summary>Longest wait for a permit. After it the call is not made.</summary>
    [DurationRange("1ms", "1m")] public required TimeSpan Wait { get; init; }

    /// <summary>The longest that a connection may take to open.</summary>
    [AtStart, DurationRange("10ms", "1m")] public required TimeSpan ConnectTimeout { get; init; }

    /// <summary>One try, from sending to the last byte.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Timeout { get; init; }

    /// <summary>Deliveries for one end of a job. After the last one the webhook has failed.</summary>
    [Range(1, 10)] public required int Tries { get; init; }

    /// <summary>Bytes of a response that are read; a longer one is a failure.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int MaxResponseBytes { get; init; }

    /// <summary>Calls per minute of all processes; unset if the upstream has no such limit.</summary>
    [Range(1, 10_000_000)] public int? RatePerMinute { get; init; }

    /// <summary>Calls that may come at once after an idle period.</summary>
    [Range(1, 10_000_000)] public int Burst { get; init; } = 1;

    /// <summary>The circuit breaker, per process; unset: the upstream is called however often it failed.</summary>
    public BreakerLimits? Breaker { get; init; }

    public Rate? Rate => RatePerMinute is { } perMinute ? new Rate(TimeSpan.FromMinutes(1) / perMinute, Burst) : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (InFlight > Connections)
            yield return new ValidationResult($"InFlight is {InFlight}, more than there are Connections ({Connections}).");
    }
}

/// <summary>When a failing upstream is no longer called, and when it is tried again.</summary>
public sealed record BreakerLimits
{
    /// <summary>Failures in a row that open the circuit.</summary>
    [Range(1, 1_000)] public required int FailureThreshold { get; init; }

    /// <summary>Time without calls after the circuit opened.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan BreakDuration { get; init; }

    /// <summary>Concurrent probes, all of which must succeed before the circuit closes.</summary>
    [Range(1, 100)] public required int HalfOpenProbes { get; init; }
}
