using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Sqlite;

namespace Navigator.Runtime.Limits;

/// <inheritdoc cref="Navigator.Storage.Sqlite.SqliteLimits"/>
public sealed record EmbeddedLimits
{
    /// <summary>Changes that share one transaction, and so one wait for the disk.</summary>
    [AtStart, Range(1, 10_000)] public required int GroupSize { get; init; }

    /// <summary>Connections for reading, beside the one that writes.</summary>
    [AtStart, Range(1, 100)] public required int Readers { get; init; }

    /// <summary>How long a change waits to be written, and a read for a connection.</summary>
    [AtStart, DurationRange("100ms", "10m")] public required TimeSpan Wait { get; init; }

    /// <summary>MB of codes of passage vectors in memory, one byte for each number. Other vectors are read from the file each time.</summary>
    [AtStart, Range(1, 100_000)] public required int VectorCacheMb { get; init; }

    public SqliteLimits Limits(SqliteSynchronous synchronous) => new(GroupSize, Readers, Wait, VectorCacheMb * 1_048_576L)
    {
        Synchronous = synchronous,
    };
}
