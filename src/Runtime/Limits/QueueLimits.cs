using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Navigator.Runtime.Limits;

/// <summary>How much of one queue a worker process handles at once.</summary>
public sealed record QueueLimits : IValidatableObject
{
    /// <summary>Messages, or batches where <see cref="Batch"/> is set: a number, or "2v" for two per processor.</summary>
    [Required, RegularExpression("[1-9][0-9]{0,3}v?")] public required string InFlight { get; init; }

    /// <summary>Messages prefetched from the broker: a number, or "4v" for four per processor. At least as many as in flight.</summary>
    [AtStart, Required, RegularExpression("[1-9][0-9]{0,3}v?")] public required string Prefetch { get; init; }

    /// <summary>Messages handled together; null: each is handled alone.</summary>
    [AtStart, Range(1, 1_000)] public int? Batch { get; init; }

    /// <summary>How long the first message of a batch waits for others.</summary>
    [AtStart, DurationRange("1ms", "1s")] public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest time for the calls of one message, all tries together.</summary>
    [DurationRange("10ms", "10m")] public required TimeSpan Timeout { get; init; }

    /// <summary>Target duration of a whole job. A metric counts jobs that take longer.</summary>
    [DurationRange("1ms", "10m")] public required TimeSpan Target { get; init; }

    public int Places => Count(InFlight);
    public int TakenAhead => Count(Prefetch);

    /// <summary>Returns the timeout or the remaining time, whichever is shorter.</summary>
    public TimeSpan Within(TimeSpan left) => left < Timeout ? left : Timeout;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Places * (Batch ?? 1) > TakenAhead)
            yield return new($"InFlight is {Places}{(Batch is { } batch ? $" batches of {batch}" : "")}, more than Prefetch takes from the broker "
                + $"({TakenAhead}).");
    }

    internal static int Count(string number) => number.EndsWith('v')
        ? int.Parse(number.AsSpan(0, number.Length - 1), CultureInfo.InvariantCulture) * Environment.ProcessorCount
        : int.Parse(number, CultureInfo.InvariantCulture);
}
