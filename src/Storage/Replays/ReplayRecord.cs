using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Replays;

/// <summary>One row of replay: what an operator wanted, and how far it has come.</summary>
public sealed record ReplayRecord
{
    public required Guid Id { get; init; }
    public required string Tenant { get; init; }
    public required ReplaySelection Selection { get; init; }
    public required double RatePerSecond { get; init; }
    public required int Max { get; init; }
    public required ReplayStatus Status { get; init; }

    /// <summary>How many the filter found when the replay was asked for.</summary>
    public required int Matched { get; init; }
    public required int Replayed { get; init; }

    /// <summary>Those that had changed when their turn came. Known at the end.</summary>
    public required int Skipped { get; init; }

    /// <summary>Ends of the jobs replayed; all zero for messages, whose jobs are not known.</summary>
    public ReplayOutcomes Outcomes { get; init; }

    /// <summary>True while too many jobs are unfinished for more.</summary>
    public required bool HeldBack { get; init; }

    /// <summary>Up to when the rate is used up.</summary>
    public required DateTimeOffset PacedUntil { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When its next turn is; null when it has none.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The store's clock when this was read.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <param name="Unfinished">Replayed, and not ended yet.</param>
/// <param name="FailedAgain">Failed or expired, once more.</param>
public readonly record struct ReplayOutcomes(int Unfinished, int Answered, int Refused, int Cancelled, int FailedAgain)
{
    /// <summary>The rest failed again: a job that is another replay's by now has, because only what failed can be replayed.</summary>
    public static ReplayOutcomes Of(int replayed, int unfinished, int answered, int refused, int cancelled) =>
        new(unfinished, answered, refused, cancelled, Math.Max(0, replayed - unfinished - answered - refused - cancelled));
}

/// <param name="Replayed">How many in this turn.</param>
/// <param name="LookAgainIn">When the next turn is.</param>
/// <param name="Done">No other turn follows.</param>
/// <param name="Cursor">The last job of this turn; null when the turn had none.</param>
public readonly record struct ReplayProgress(int Replayed, TimeSpan LookAgainIn, bool Done, Guid? Cursor = null);
