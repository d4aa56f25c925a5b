using System.ComponentModel.DataAnnotations;
using Navigator.Storage;
using Navigator.Storage.Sqlite;

namespace Navigator.Workers.Limits;

/// <summary>How closely the broker's queues are looked at.</summary>
public sealed record WatchLimits
{
    [AtStart, Range(100, 60_000)] public required int IntervalMs { get; init; }

    /// <summary>Looks in a row.</summary>
    [Range(1, 1_000)] public required int VanishedAfter { get; init; }
    [Range(1_000, 3_600_000)] public required int RestMs { get; init; }
    [Range(100, 600_000)] public required int StopMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
    public TimeSpan Rest => TimeSpan.FromMilliseconds(RestMs);
}

/// <summary>The system's own question.</summary>
public sealed record CanaryLimits
{
    [AtStart, Range(1_000, 86_400_000)] public required int IntervalMs { get; init; }
    [Range(100, 600_000)] public required int LateMs { get; init; }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMs);
    public TimeSpan Late => TimeSpan.FromMilliseconds(LateMs);
}

/// <summary>Messages on their way to the broker.</summary>
public sealed record SendLimits
{
    [Range(1, 100_000)] public required int Outstanding { get; init; }
    [Range(10, 60_000)] public required int WaitMs { get; init; }

    public TimeSpan Wait => TimeSpan.FromMilliseconds(WaitMs);
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
    [AtStart, Range(0, 1_000)] public required int MinConnections { get; init; }
    [AtStart, Range(1, 1_000)] public required int MaxConnections { get; init; }
    [AtStart, Range(100, 60_000)] public required int WaitMs { get; init; }
    [AtStart, Range(100, 600_000)] public required int StatementTimeoutMs { get; init; }
    [AtStart, Range(0L, 1_000_000_000L)] public required long ExactSearchUpTo { get; init; }

    /// <summary>Searches for passages at once, embedded too; the others wait, in the order they came.</summary>
    [Range(1, 1_000)] public required int Searches { get; init; }

    /// <summary>Questions, changes or reads of jobs that share one statement, at most.</summary>
    [AtStart, Range(1, 1_000)] public required int GroupSize { get; init; }

    public PostgresPool Pool() => new(
        MinConnections, MaxConnections, TimeSpan.FromMilliseconds(WaitMs), TimeSpan.FromMilliseconds(StatementTimeoutMs), ExactSearchUpTo,
        GroupSize);
}

/// <inheritdoc cref="Navigator.Storage.Sqlite.SqliteLimits"/>
public sealed record EmbeddedLimits
{
    [AtStart, Range(1, 10_000)] public required int GroupSize { get; init; }
    [AtStart, Range(1, 100)] public required int Readers { get; init; }
    [AtStart, Range(100, 600_000)] public required int WaitMs { get; init; }
    [AtStart, Range(1, 100_000)] public required int VectorCacheMb { get; init; }

    public SqliteLimits Limits(SqliteSynchronous synchronous) => new(
        GroupSize, Readers, TimeSpan.FromMilliseconds(WaitMs), VectorCacheMb * 1_048_576L)
    {
        Synchronous = synchronous,
    };
}

/// <summary>What one API process takes in.</summary>
public sealed record HttpLimits
{
    [AtStart, Range(1_024, 1 << 30)] public required int QuestionBytes { get; init; }
    [AtStart, Range(1_024, 1 << 30)] public required int DocumentBytes { get; init; }

    /// <summary>Takes the place of the database's own where a caller waits.</summary>
    [AtStart, Range(100, 60_000)] public required int StatementTimeoutMs { get; init; }

    /// <summary>Open at once to one API process.</summary>
    [AtStart, Range(1, 1_000_000)] public required int Connections { get; init; }

    /// <summary>From the signal to stop until it takes no more requests.</summary>
    [Range(0, 15_000)] public required int DrainMs { get; init; }
    [Range(1, 1_000_000)] public required int Polls { get; init; }

    /// <summary>Uploaded files on their way to callers, a part of each in memory; the others wait for their turn.</summary>
    [Range(1, 1_000)] public required int Originals { get; init; }

    /// <summary>Callers whose statements run at once; the others wait for their turn, as long as the database answers.</summary>
    [Range(1, 1_000)] public required int Statements { get; init; }

    /// <summary>Callers at once whose questions and reads of jobs share statements; the others wait for their turn likewise.</summary>
    [Range(1, 10_000)] public required int GroupedStatements { get; init; }
    [Range(100, 60_000)] public required int TurnMs { get; init; }

    /// <summary>A key that is used is read anew when it was read so long ago.</summary>
    [Range(0, 4_000)] public required int KeyCacheMs { get; init; }

    /// <summary>From one address, or for one key; more are refused unread.</summary>
    [AtStart, Range(1, 10_000)] public required int WrongKeysPerMinute { get; init; }

    /// <summary>Of one tenant, per API process; twice as many at once.</summary>
    [AtStart, Range(1, 1_000_000)] public required int TenantRequestsPerSecond { get; init; }

    public TimeSpan KeyCache => TimeSpan.FromMilliseconds(Math.Max(1, KeyCacheMs));

    public TimeSpan Turn => TimeSpan.FromMilliseconds(TurnMs);

    public TimeSpan StatementTimeout => TimeSpan.FromMilliseconds(StatementTimeoutMs);
}
