using System.ComponentModel.DataAnnotations;
using Navigator.Storage;
using Navigator.Storage.Sqlite;

namespace Navigator.Workers.Limits;

/// <summary>How closely the broker's queues are looked at.</summary>
public sealed record WatchLimits
{
    /// <summary>Between two looks at the queues.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Interval { get; init; }

    /// <summary>Looks in a row at messages that nobody takes, after which the process recovers its consumers.</summary>
    [Range(1, 1_000)] public required int VanishedAfter { get; init; }

    /// <summary>The least time between two such recoveries.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Rest { get; init; }

    /// <summary>How long a recovery waits for messages in hand; then the process ends.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Stop { get; init; }
}

/// <summary>The system's own question.</summary>
public sealed record CanaryLimits
{
    /// <summary>Between two questions of the system's own.</summary>
    [AtStart, DurationRange("1s", "1d")] public required TimeSpan Interval { get; init; }

    /// <summary>A canary that is not answered by then is late.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Late { get; init; }
}

/// <summary>Messages on their way to the broker.</summary>
public sealed record SendLimits
{
    /// <summary>Messages that the broker has not confirmed.</summary>
    [Range(1, 100_000)] public required int Outstanding { get; init; }

    /// <summary>How long a message waits to be sent, and once more for its confirmation; then the sweeper sends it.</summary>
    [DurationRange("10ms", "1m")] public required TimeSpan Wait { get; init; }
}

/// <inheritdoc cref="PostgresPool"/>
public sealed record PostgresLimits
{
    /// <summary>Connections that the pool keeps open.</summary>
    [AtStart, Range(0, 1_000)] public required int MinConnections { get; init; }

    /// <summary>Connections of the pool, at most.</summary>
    [AtStart, Range(1, 1_000)] public required int MaxConnections { get; init; }

    /// <summary>How long a statement waits for a connection.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Wait { get; init; }

    /// <summary>The longest that one statement may take.</summary>
    [AtStart, DurationRange("100ms", "10m")] public required TimeSpan StatementTimeout { get; init; }

    /// <summary>Passages of one tenant that are compared one by one; a tenant with more is searched by the HNSW index.</summary>
    [AtStart, Range(0L, 1_000_000_000L)] public required long ExactSearchUpTo { get; init; }

    /// <summary>Searches for passages at once, embedded too; the others wait, in the order they came.</summary>
    [Range(1, 1_000)] public required int Searches { get; init; }

    /// <summary>Questions, changes or reads of jobs that share one statement, at most.</summary>
    [AtStart, Range(1, 1_000)] public required int GroupSize { get; init; }

    public PostgresPool Pool() => new(MinConnections, MaxConnections, Wait, StatementTimeout, ExactSearchUpTo, GroupSize);
}

/// <inheritdoc cref="Navigator.Storage.Sqlite.SqliteLimits"/>
public sealed record EmbeddedLimits
{
    /// <summary>Changes that share one transaction, and so one wait for the disk.</summary>
    [AtStart, Range(1, 10_000)] public required int GroupSize { get; init; }

    /// <summary>Connections that read beside the one that writes.</summary>
    [AtStart, Range(1, 100)] public required int Readers { get; init; }

    /// <summary>How long a change waits to be written, and a read for a connection.</summary>
    [AtStart, DurationRange("100ms", "10m")] public required TimeSpan Wait { get; init; }

    /// <summary>MB of codes of passages' vectors in memory, a byte for each number; other vectors are read from the file each time.</summary>
    [AtStart, Range(1, 100_000)] public required int VectorCacheMb { get; init; }

    public SqliteLimits Limits(SqliteSynchronous synchronous) => new(GroupSize, Readers, Wait, VectorCacheMb * 1_048_576L)
    {
        Synchronous = synchronous,
    };
}

/// <summary>What one API process takes in.</summary>
public sealed record HttpLimits
{
    /// <summary>Bytes of the body of a question.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int QuestionBytes { get; init; }

    /// <summary>Bytes of an uploaded file.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int DocumentBytes { get; init; }

    /// <summary>Takes the place of the database's own where a caller waits.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan StatementTimeout { get; init; }

    /// <summary>Open at once to one API process.</summary>
    [AtStart, Range(1, 1_000_000)] public required int Connections { get; init; }

    /// <summary>From the signal to stop until it takes no more requests.</summary>
    [DurationRange("0ms", "15s")] public required TimeSpan Drain { get; init; }

    /// <summary>Long-polls and event streams that are held open.</summary>
    [Range(1, 1_000_000)] public required int Polls { get; init; }

    /// <summary>Uploaded files on their way to callers, a part of each in memory; other callers wait for StatementQueueTimeout.</summary>
    [Range(1, 1_000)] public required int Originals { get; init; }

    /// <summary>Callers whose statements run at once, half of them lengthy ones; other callers queue, as long as the database answers.</summary>
    [Range(1, 1_000)] public required int Statements { get; init; }

    /// <summary>Callers at once whose questions and reads of jobs share statements; other callers queue likewise.</summary>
    [Range(1, 10_000)] public required int GroupedStatements { get; init; }

    /// <summary>Longest wait of a caller for a statement to begin, while the database answers. After it: 503.</summary>
    [DurationRange("100ms", "1m")] public required TimeSpan StatementQueueTimeout { get; init; }

    /// <summary>A key that is used is read anew when it was read so long ago.</summary>
    [DurationRange("0ms", "4s")] public required TimeSpan KeyCache { get; init; }

    /// <summary>From one address, or for one key; more are refused unread.</summary>
    [AtStart, Range(1, 10_000)] public required int WrongKeysPerMinute { get; init; }

    /// <summary>Of one tenant, per API process; twice as many at once.</summary>
    [AtStart, Range(1, 1_000_000)] public required int TenantRequestsPerSecond { get; init; }

    /// <summary>How long a client may take for the headers of a request.</summary>
    [AtStart, DurationRange("1s", "10m")] public required TimeSpan HeaderTimeout { get; init; }

    /// <summary>Bytes of all headers of one request.</summary>
    [AtStart, Range(1_024, 1 << 20)] public required int HeaderBytes { get; init; }

    /// <summary>Bytes a second that a client must send of a body, after five seconds; a slower one is cut off.</summary>
    [AtStart, Range(1, 1 << 20)] public required int BodyBytesPerSecond { get; init; }

    /// <summary>API keys that one process remembers; what does not fit is looked up each time.</summary>
    [AtStart, Range(1, 10_000_000)] public required int KnownKeys { get; init; }
}
