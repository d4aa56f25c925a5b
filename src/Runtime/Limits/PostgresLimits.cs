using System.ComponentModel.DataAnnotations;
using Navigator.Storage;

namespace Navigator.Runtime.Limits;

/// <inheritdoc cref="PostgresPool"/>
public sealed record PostgresLimits
{
    /// <summary>Connections that the pool keeps open.</summary>
    [AtStart, Range(0, 1_000)] public required int MinConnections { get; init; }

    /// <summary>Maximum number of the pool's connections.</summary>
    [AtStart, Range(1, 1_000)] public required int MaxConnections { get; init; }

    /// <summary>How long a statement waits for a connection.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Wait { get; init; }

    /// <summary>The longest that one statement may take.</summary>
    [AtStart, DurationRange("100ms", "10m")] public required TimeSpan StatementTimeout { get; init; }

    /// <summary>Passages of one tenant up to which vectors are compared exactly. Above it the HNSW index is used.</summary>
    [AtStart, Range(0L, 1_000_000_000L)] public required long ExactSearchUpTo { get; init; }

    /// <summary>Concurrent searches for passages, in embedded mode too. Further searches queue.</summary>
    [Range(1, 1_000)] public required int Searches { get; init; }

    /// <summary>Questions, changes or reads of jobs that share one statement, at most.</summary>
    [AtStart, Range(1, 1_000)] public required int GroupSize { get; init; }

    public PostgresPool Pool() => new(MinConnections, MaxConnections, Wait, StatementTimeout, ExactSearchUpTo, GroupSize);
}
