using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>Limits of one API process.</summary>
public sealed record HttpLimits
{
    /// <summary>Bytes of the body of a question.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int QuestionBytes { get; init; }

    /// <summary>Bytes of an uploaded file.</summary>
    [AtStart, Range(1_024, 1 << 30)] public required int DocumentBytes { get; init; }

    /// <summary>Takes the place of the database's own where a caller waits.</summary>
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
