using System.ComponentModel;
using Navigator.Contracts.Chat;

namespace Navigator.Contracts.Http;

/// <summary>Ask many jobs again, as an operator asks for it.</summary>
public sealed record ReplayRequest
{
    /// <summary>Replayed jobs per second, at most.</summary>
    public const double MaxRatePerSecond = 1_000;

    /// <summary>Jobs of one replay, at most.</summary>
    public const int MaxJobs = 100_000;

    [Description("Which jobs, or which error queue's messages.")]
    public ReplayFilter? Filter { get; init; }

    [Description("Only count what the filter finds. Default: false.")]
    public bool? DryRun { get; init; }

    [Description("Jobs per second, above 0 and up to 1,000. Default: 20.")]
    public double? RatePerSecond { get; init; }

    [Description("No more jobs than this, 1 to 100,000, in the order of their acceptance. Default: 10,000.")]
    public int? Max { get; init; }
}

/// <summary>All conditions that are given must hold.</summary>
public sealed record ReplayFilter
{
    [Description("'failed' and 'expired' jobs are asked again under a new attempt with a new deadline. 'queued' jobs are sent again as they are, "
        + "for a broker that lost its messages. Default: failed and expired.")]
    public IReadOnlyList<JobStatus>? Status { get; init; }

    [Description("Accepted at this time or later.")]
    public DateTimeOffset? From { get; init; }

    [Description("Accepted before this time.")]
    public DateTimeOffset? To { get; init; }

    [Description("Ended with this error code.")]
    public string? ErrorCode { get; init; }

    public string? ConversationId { get; init; }

    [Description("Whose jobs. Default: the caller's.")]
    public string? Tenant { get; init; }

    [Description("Instead of jobs: the messages of this _error or _skipped queue, back to the queue they came from.")]
    public string? Queue { get; init; }
}

/// <summary>Where a replay stands.</summary>
public enum ReplayStatus
{
    Running,
    Paused,

    /// <summary>Everything that was matched has been replayed or skipped; answers may still be on their way.</summary>
    Finished,
    Cancelled,
}

/// <summary>A replay, as operators see it.</summary>
public sealed record Replay
{
    public required Guid Id { get; init; }
    public string Object { get; init; } = "replay";
    public required ReplayStatus Status { get; init; }

    [Description("True while it waits because too many jobs are unfinished.")]
    public required bool HeldBack { get; init; }
    public required ReplayFilter Filter { get; init; }
    public required double RatePerSecond { get; init; }
    public required int Max { get; init; }
    public required ReplayCounts Counts { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required ReplayLinks Links { get; init; }
}

/// <summary>The last five are of jobs; all zero for a queue's messages, which carry no outcome.</summary>
public sealed record ReplayCounts
{
    [Description("What the filter found when the replay was asked for.")]
    public required int Matched { get; init; }
    public required int Replayed { get; init; }

    [Description("Matched, but changed before their turn came: answered, cancelled, replayed by another. Known at the end.")]
    public required int Skipped { get; init; }

    [Description("Replayed and not ended yet.")]
    public required int Unfinished { get; init; }
    public required int Answered { get; init; }
    public required int Refused { get; init; }
    public required int Cancelled { get; init; }
    public required int FailedAgain { get; init; }
}

public sealed record ReplayLinks(string Self, string Pause, string Resume, string Cancel);

/// <summary>What a replay would do.</summary>
/// <param name="Matched">What the filter finds now.</param>
/// <param name="WouldReplay">No more than <c>max</c>.</param>
public sealed record ReplayPreview(int Matched, int WouldReplay)
{
    public string Object { get; init; } = "replay.preview";
}

/// <summary>A page of replays, newest first; their counts end with <c>skipped</c>, the rest is on each one's own page.</summary>
/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; null on the last.</param>
public sealed record ReplayList(IReadOnlyList<Replay> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}
