using System.ComponentModel.DataAnnotations;
using Navigator.Storage;
using Navigator.Storage.Sqlite;

namespace Navigator.Workers.Limits;

/// <summary>How often the broker's queues are checked.</summary>
public sealed record WatchLimits
{
    /// <summary>Time between two checks of the queues.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Interval { get; init; }

    /// <summary>Consecutive checks with unconsumed messages after which the process restarts its consumers.</summary>
    [Range(1, 1_000)] public required int VanishedAfter { get; init; }

    /// <summary>Minimum time between two such restarts.</summary>
    [DurationRange("1s", "1h")] public required TimeSpan Rest { get; init; }

    /// <summary>How long a restart waits for running messages. After it the process ends.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Stop { get; init; }
}

/// <summary>The system's own question.</summary>
public sealed record CanaryLimits
{
    /// <summary>Time between two canary questions.</summary>
    [AtStart, DurationRange("1s", "1d")] public required TimeSpan Interval { get; init; }

    /// <summary>Time after which an unanswered canary is late.</summary>
    [DurationRange("100ms", "10m")] public required TimeSpan Late { get; init; }
}

/// <summary>Messages that are being sent to the broker.</summary>
public sealed record SendLimits
{
    /// <summary>Messages that the broker has not confirmed.</summary>
    [Range(1, 100_000)] public required int Outstanding { get; init; }

    /// <summary>How long a message waits to be sent, and again for its confirmation. After it the sweeper sends it.</summary>
    [DurationRange("10ms", "1m")] public required TimeSpan Wait { get; init; }
}

/// <inheritdoc cref="PostgresPool"/>
public sealed record PostgresLimits
{
    /// <summary>Connections that the pool keeps open.</summary>
    [AtStart, Range(0, 1_000)] public required int MinConnections { get; init; }

    /// <summary>Maximum number of the pool's connections.</summary>
    [AtStart, Range(1, 1_000)] public required int MaxConnections { get; init; }

    /// <summary>How long a statement waits for a connection.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan Wait { get; init; }

    /// <summary>Longest run time of one statement.</summary>
    [AtStart, DurationRange("100ms", "10m")] public required TimeSpan StatementTimeout { get; init; }

    /// <summary>Passages of one tenant up to which vectors are compared exactly. Above it the HNSW index is used.</summary>
    [AtStart, Range(0L, 1_000_000_000L)] public required long ExactSearchUpTo { get; init; }

    /// <summary>Concurrent searches for passages, in embedded mode too. Further searches queue.</summary>
    [Range(1, 1_000)] public required int Searches { get; init; }

    /// <summary>Maximum number of questions, changes or reads of jobs in one statement.</summary>
    [AtStart, Range(1, 1_000)] public required int GroupSize { get; init; }

    public PostgresPool Pool() => new(MinConnections, MaxConnections, Wait, StatementTimeout, ExactSearchUpTo, GroupSize);
}

/// <inheritdoc cref="Navigator.Storage.Sqlite.SqliteLimits"/>
public sealed record EmbeddedLimits
{
    /// <summary>Maximum number of changes in one transaction, which share one wait for the disk.</summary>
    [AtStart, Range(1, 10_000)] public required int GroupSize { get; init; }

    /// <summary>Connections for reading, beside the one that writes.</summary>
    [AtStart, Range(1, 100)] public required int Readers { get; init; }

    /// <summary>Longest wait for a change to be written, and for a reading connection.</summary>
    [AtStart, DurationRange("100ms", "10m")] public required TimeSpan Wait { get; init; }

    /// <summary>MB of passage vectors in memory. Other vectors are read from the file for each question.</summary>
    [AtStart, Range(1, 100_000)] public required int VectorCacheMb { get; init; }

    public SqliteLimits Limits(SqliteSynchronous synchronous) => new(GroupSize, Readers, Wait, VectorCacheMb * 1_048_576L)
    {
        Synchronous = synchronous,
    };
}

/// <summary>Limits of one API process.</summary>
public sealed record HttpLimits
{
    /// <summary>Bytes of the body of a question.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int QuestionBytes { get; init; }

    /// <summary>Bytes of an uploaded file.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int DocumentBytes { get; init; }

    /// <summary>Statement timeout for callers' requests, instead of the pool's.</summary>
    [AtStart, DurationRange("100ms", "1m")] public required TimeSpan StatementTimeout { get; init; }

    /// <summary>Concurrent connections to one API process.</summary>
    [AtStart, Range(1, 1_000_000)] public required int Connections { get; init; }

    /// <summary>Time from the signal to stop until the process accepts no more requests.</summary>
    [DurationRange("0ms", "15s")] public required TimeSpan Drain { get; init; }

    /// <summary>Concurrent long-polls and event streams.</summary>
    [Range(1, 1_000_000)] public required int Polls { get; init; }

    /// <summary>Uploaded files on their way to callers, a part of each in memory; other callers wait for StatementQueueTimeout.</summary>
    [Range(1, 1_000)] public required int Originals { get; init; }

    /// <summary>Callers whose statements run at once, half of them lengthy ones; other callers queue, as long as the database answers.</summary>
    [Range(1, 1_000)] public required int Statements { get; init; }

    /// <summary>Callers at once whose questions and reads of jobs share statements; other callers queue likewise.</summary>
    [Range(1, 10_000)] public required int GroupedStatements { get; init; }

    /// <summary>Longest wait of a caller for a statement to begin, while the database answers. After it: 503.</summary>
    [DurationRange("100ms", "1m")] public required TimeSpan StatementQueueTimeout { get; init; }

    /// <summary>Age at which a key in use is read again.</summary>
    [DurationRange("0ms", "4s")] public required TimeSpan KeyCache { get; init; }

    /// <summary>Wrong keys from one address, or for one key. Further ones are refused without a look-up.</summary>
    [AtStart, Range(1, 10_000)] public required int WrongKeysPerMinute { get; init; }

    /// <summary>Requests of one tenant per second to one API process. Twice as many may come at once.</summary>
    [AtStart, Range(1, 1_000_000)] public required int TenantRequestsPerSecond { get; init; }

    /// <summary>How long a client may take for the headers of a request.</summary>
    [AtStart, DurationRange("1s", "10m")] public required TimeSpan HeaderTimeout { get; init; }

    /// <summary>Bytes of all headers of one request.</summary>
    [AtStart, Range(1_024, 1 << 20)] public required int HeaderBytes { get; init; }

    /// <summary>Minimum bytes per second of a request's body, after five seconds. A slower client is cut off.</summary>
    [AtStart, Range(1, 1 << 20)] public required int BodyBytesPerSecond { get; init; }

    /// <summary>API keys that one process caches. Others are looked up each time.</summary>
    [AtStart, Range(1, 10_000_000)] public required int KnownKeys { get; init; }
}
