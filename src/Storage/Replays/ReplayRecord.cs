using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Replays;

/// <summary>One row of replay: what an operator requested, and its progress.</summary>
public sealed record ReplayRecord
{
    public required Guid Id { get; init; }
    public required string Tenant { get; init; }
    public required ReplaySelection Selection { get; init; }
    public required double RatePerSecond { get; init; }
    public required int Max { get; init; }
    public required ReplayStatus Status { get; init; }

    /// <summary>Number of jobs or messages that matched when the replay was requested.</summary>
    public required int Matched { get; init; }
    public required int Replayed { get; init; }

    /// <summary>Jobs that had changed before their batch came. Known when the replay ends.</summary>
    public required int Skipped { get; init; }

    /// <summary>How the replayed jobs ended; all zero for messages, whose jobs are not known.</summary>
    public ReplayOutcomes Outcomes { get; init; }

    /// <summary>True while the replay pauses because too many jobs are unfinished.</summary>
    public required bool HeldBack { get; init; }

    /// <summary>The time up to which the rate is used.</summary>
    public required DateTimeOffset PacedUntil { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the next batch is due; null if none is.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The store's clock at this read.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <param name="Unfinished">Replayed, and not ended yet.</param>
/// <param name="FailedAgain">Failed or expired, once more.</param>
public readonly record struct ReplayOutcomes(int Unfinished, int Answered, int Refused, int Cancelled, int FailedAgain)
{
    /// <summary>All other jobs failed again. A job that now belongs to another replay failed too, because only failed jobs can be replayed.</summary>
    public static ReplayOutcomes Of(int replayed, int unfinished, int answered, int refused, int cancelled) =>
        new(unfinished, answered, refused, cancelled, Math.Max(0, replayed - unfinished - answered - refused - cancelled));
}

/// <param name="Replayed">Number of jobs in this batch.</param>
/// <param name="DueIn">Time until the next batch.</param>
/// <param name="Done">True if no batch follows.</param>
/// <param name="Cursor">The last job of this batch; null if the batch had none.</param>
public readonly record struct ReplayProgress(int Replayed, TimeSpan DueIn, bool Done, Guid? Cursor = null);
