using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MassTransit;
using Navigator.Storage;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Limits;

/// <summary>Every limit of the process, as concurrency.yaml names them. Times are milliseconds.</summary>
public sealed record ConcurrencyPolicy
{
    public const string Section = "Concurrency";

    [Required] public required Dictionary<string, QueueLimits> Queues { get; init; }
    [Required] public required Dictionary<string, UpstreamLimits> Upstreams { get; init; }
    [Required] public required JobLimits Job { get; init; }
    [Required] public required DocumentLimits Document { get; init; }
    [Required] public required SweeperLimits Sweeper { get; init; }
    [Required] public required AdmissionLimits Admission { get; init; }
    [Required] public required ReplayLimits Replay { get; init; }
    [Required] public required WatchLimits Watch { get; init; }
    [Required] public required CanaryLimits Canary { get; init; }
    [Required] public required SendLimits Sends { get; init; }
    [Required] public required BreakerLimits Breaker { get; init; }
    [Required] public required PostgresLimits Postgres { get; init; }
    [Required] public required HttpLimits Http { get; init; }

    /// <exception cref="StartupException">A key is unknown or missing, or a number is out of its range.</exception>
    public static ConcurrencyPolicy Load(IConfiguration configuration)
    {
        ConcurrencyPolicy? policy;
        try
        {
            policy = configuration.GetSection(Section).Get<ConcurrencyPolicy>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            throw new StartupException($"concurrency.yaml: {error.InnerException?.Message ?? error.Message}");
        }
        if (policy is null)
            throw new StartupException("concurrency.yaml: it names no limits.");
        Check(policy, "");
        foreach (var (name, limits) in policy.Queues)
            Check(limits, $"queues.{name}.");
        foreach (var (name, limits) in policy.Upstreams)
            Check(limits, $"upstreams.{name}.");
        foreach (var part in new object[] { policy.Job, policy.Document, policy.Sweeper, policy.Admission, policy.Replay, policy.Watch, policy.Canary, policy.Sends, policy.Breaker, policy.Postgres, policy.Http })
            Check(part, $"{part.GetType().Name.Replace("Limits", "", StringComparison.Ordinal)}.".ToLowerInvariant());
        return policy;
    }

    /// <exception cref="StartupException">No entry names the queue.</exception>
    public QueueLimits For(string queue) =>
        Queues.TryGetValue(queue, out var limits) ? limits : throw new StartupException($"concurrency.yaml: queues has no entry for '{queue}'.");

    /// <exception cref="StartupException">No entry names the upstream.</exception>
    public UpstreamLimits ForUpstream(string upstream) =>
        Upstreams.TryGetValue(upstream, out var limits) ? limits : throw new StartupException($"concurrency.yaml: upstreams has no entry for '{upstream}'.");

    private static void Check(object part, string path)
    {
        var errors = new List<System.ComponentModel.DataAnnotations.ValidationResult>();
        if (!Validator.TryValidateObject(part, new ValidationContext(part), errors, validateAllProperties: true))
            throw new StartupException($"concurrency.yaml: {path}{errors[0].ErrorMessage}");
    }
}

/// <summary>How much of one queue a worker process handles at once.</summary>
public sealed record QueueLimits
{
    /// <summary>Messages, or batches where <see cref="Batch"/> is set: a number, or "2v" for two per processor.</summary>
    [Required, RegularExpression("[1-9][0-9]{0,3}v?")] public required string InFlight { get; init; }

    /// <summary>Messages taken ahead from the broker: a number, or "4v" for four per processor.</summary>
    [Required, RegularExpression("[1-9][0-9]{0,3}v?")] public required string Prefetch { get; init; }

    /// <summary>Messages handled together; null where each is handled by itself.</summary>
    [Range(1, 1_000)] public int? Batch { get; init; }
    [Range(1, 1_000)] public int BatchWaitMs { get; init; } = 5;

    /// <summary>For a definition's <c>Endpoint(…)</c>.</summary>
    public void Apply(IEndpointRegistrationConfigurator endpoint)
    {
        endpoint.PrefetchCount = Count(Prefetch);
        // A batch is made of messages in flight: fewer than two batches of them and one would wait for the other.
        endpoint.ConcurrentMessageLimit = Count(InFlight) * (Batch ?? 1);
        // Commands are sent to the queue by name; nothing is published to a type.
        endpoint.ConfigureConsumeTopology = false;
    }

    /// <summary>For a definition's <c>ConfigureConsumer</c>, where messages are handled in batches.</summary>
    public void Apply(BatchOptions options) => options
        .SetMessageLimit(Batch ?? 1)
        .SetTimeLimit(TimeSpan.FromMilliseconds(BatchWaitMs))
        .SetConcurrencyLimit(Count(InFlight));

    private static int Count(string number) => number.EndsWith('v')
        ? int.Parse(number.AsSpan(0, number.Length - 1), CultureInfo.InvariantCulture) * Environment.ProcessorCount
        : int.Parse(number, CultureInfo.InvariantCulture);
}

/// <summary>One upstream, per process.</summary>
public sealed record UpstreamLimits
{
    [Range(1, 1_000)] public required int Connections { get; init; }
    [Range(10, 60_000)] public required int ConnectTimeoutMs { get; init; }

    /// <summary>One try, from sending to the last byte.</summary>
    [Range(10, 600_000)] public required int TimeoutMs { get; init; }
    [Range(1, 10)] public required int Tries { get; init; }
    [Range(1_024, 1 << 30)] public required int MaxResponseBytes { get; init; }
}

/// <summary>One question's time.</summary>
public sealed record JobLimits
{
    [Range(1_000, 3_600_000)] public required int DeadlineMs { get; init; }

    /// <summary>The least and the most that a caller may ask for.</summary>
    [Range(100, 3_600_000)] public required int MinDeadlineMs { get; init; }
    [Range(1_000, 86_400_000)] public required int MaxDeadlineMs { get; init; }
    [Range(1_000, 600_000)] public required int LeaseMs { get; init; }
    [Range(1, 100)] public required int Attempts { get; init; }
    [Range(100, 600_000)] public required int EnqueueGraceMs { get; init; }
    [Range(10, 600_000)] public required int WaveMs { get; init; }

    public TimeSpan Deadline => TimeSpan.FromMilliseconds(DeadlineMs);
    public TimeSpan MinDeadline => TimeSpan.FromMilliseconds(MinDeadlineMs);
    public TimeSpan MaxDeadline => TimeSpan.FromMilliseconds(MaxDeadlineMs);
    public TimeSpan Lease => TimeSpan.FromMilliseconds(LeaseMs);
    public TimeSpan EnqueueGrace => TimeSpan.FromMilliseconds(EnqueueGraceMs);
    public TimeSpan Wave => TimeSpan.FromMilliseconds(WaveMs);
}

/// <summary>One document's time.</summary>
public sealed record DocumentLimits
{
    [Range(1_000, 86_400_000)] public required int DeadlineMs { get; init; }
    [Range(1_000, 600_000)] public required int LeaseMs { get; init; }
    [Range(1, 100)] public required int Attempts { get; init; }
    [Range(100, 600_000)] public required int EnqueueGraceMs { get; init; }

    public TimeSpan Deadline => TimeSpan.FromMilliseconds(DeadlineMs);
    public TimeSpan Lease => TimeSpan.FromMilliseconds(LeaseMs);
    public TimeSpan EnqueueGrace => TimeSpan.FromMilliseconds(EnqueueGraceMs);
}

/// <summary>How often and how much the sweeper looks at.</summary>
public sealed record SweeperLimits
{
    [Range(10, 10_000)] public required int IntervalMs { get; init; }
    [Range(1, 10_000)] public required int Batch { get; init; }
    [Range(60_000L, 315_360_000_000L)] public required long RetentionMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
    public TimeSpan Retention => TimeSpan.FromMilliseconds(RetentionMs);
}

/// <summary>How much is accepted before callers are asked to come back later.</summary>
public sealed record AdmissionLimits
{
    /// <summary>Messages that lie ready in the queues of questions, all together.</summary>
    [Range(1, 10_000_000)] public required int QueueDepth { get; init; }

    /// <summary>Jobs that one tenant may have unfinished.</summary>
    [Range(1, 10_000_000)] public required int TenantUnfinished { get; init; }

    /// <summary>Unfinished jobs of a tenant up to which its next one goes first.</summary>
    [Range(0, 10_000_000)] public required int TenantExpress { get; init; }

    public TenantShare Share => new(TenantUnfinished, TenantExpress);
}

/// <summary>How much of a replay is let in at once.</summary>
public sealed record ReplayLimits
{
    /// <summary>Unfinished jobs, live and replayed, from which on no more are replayed.</summary>
    [Range(1, 1_000_000)] public required int HoldAbove { get; init; }
    [Range(1, 10_000)] public required int Batch { get; init; }
    [Range(10, 60_000)] public required int IntervalMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
}

/// <summary>How closely the broker's queues are looked at.</summary>
public sealed record WatchLimits
{
    [Range(100, 60_000)] public required int IntervalMs { get; init; }

    /// <summary>Looks in a row.</summary>
    [Range(1, 1_000)] public required int VanishedAfter { get; init; }
    [Range(1_000, 3_600_000)] public required int RestMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
    public TimeSpan Rest => TimeSpan.FromMilliseconds(RestMs);
}

/// <summary>The system's own question.</summary>
public sealed record CanaryLimits
{
    [Range(1_000, 86_400_000)] public required int IntervalMs { get; init; }
    [Range(100, 600_000)] public required int LateMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
    public TimeSpan Late => TimeSpan.FromMilliseconds(LateMs);
}

/// <summary>Messages on their way to the broker.</summary>
public sealed record SendLimits
{
    [Range(1, 100_000)] public required int Outstanding { get; init; }
    [Range(10, 60_000)] public required int WaitMs { get; init; }
}

/// <summary>When web search is left alone, and when it is tried again.</summary>
public sealed record BreakerLimits
{
    /// <summary>Failures in a row that open the circuit.</summary>
    [Range(1, 1_000)] public required int Failures { get; init; }
    [Range(100, 600_000)] public required int OpenMs { get; init; }

    /// <summary>Calls, no more of them at a time, that must succeed before it closes.</summary>
    [Range(1, 100)] public required int Probes { get; init; }

    public TimeSpan OpenFor => TimeSpan.FromMilliseconds(OpenMs);
}

/// <inheritdoc cref="PostgresPool"/>
public sealed record PostgresLimits
{
    [Range(0, 1_000)] public required int MinConnections { get; init; }
    [Range(1, 1_000)] public required int MaxConnections { get; init; }
    [Range(100, 60_000)] public required int WaitMs { get; init; }
    [Range(100, 600_000)] public required int StatementTimeoutMs { get; init; }
    [Range(0L, 1_000_000_000L)] public required long ExactSearchUpTo { get; init; }

    public PostgresPool Pool() => new(
        MinConnections, MaxConnections, TimeSpan.FromMilliseconds(WaitMs), TimeSpan.FromMilliseconds(StatementTimeoutMs), ExactSearchUpTo);
}

/// <summary>What one API process takes in.</summary>
public sealed record HttpLimits
{
    [Range(1_024, 1 << 30)] public required int QuestionBytes { get; init; }
    [Range(1_024, 1 << 30)] public required int DocumentBytes { get; init; }

    /// <summary>Takes the place of the database's own where a caller waits.</summary>
    [Range(100, 60_000)] public required int StatementTimeoutMs { get; init; }
    /// <summary>From the signal to stop until it takes no more requests.</summary>
    [Range(0, 15_000)] public required int DrainMs { get; init; }
    [Range(1, 1_000_000)] public required int Polls { get; init; }

    public TimeSpan StatementTimeout => TimeSpan.FromMilliseconds(StatementTimeoutMs);
}
