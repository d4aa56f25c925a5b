using Navigator.Contracts.Http;
using Navigator.Storage.Replays;

namespace Navigator.Api.Replay;

/// <summary>A row of replay as operators see it.</summary>
internal static class Replays
{
    public const string Route = "/v1/replays";

    public static Contracts.Http.Replay ToHttp(this ReplayRecord replay) => new()
    {
        Id = replay.Id,
        Status = replay.Status,
        HeldBack = replay.HeldBack,
        Filter = new ReplayFilter
        {
            Status = replay.Selection.Queue is null ? replay.Selection.Statuses : null,
            From = replay.Selection.From,
            To = replay.Selection.To,
            ErrorCode = replay.Selection.ErrorCode,
            ConversationId = replay.Selection.ConversationId,
            Tenant = replay.Tenant,
            Queue = replay.Selection.Queue,
        },
        RatePerSecond = Math.Round(replay.RatePerSecond, 3),
        Max = replay.Max,
        Counts = new ReplayCounts
        {
            Matched = replay.Matched,
            Replayed = replay.Replayed,
            Skipped = replay.Skipped,
            Unfinished = replay.Outcomes.Unfinished,
            Answered = replay.Outcomes.Answered,
            Refused = replay.Outcomes.Refused,
            Cancelled = replay.Outcomes.Cancelled,
            FailedAgain = replay.Outcomes.FailedAgain,
        },
        CreatedAt = replay.CreatedAt,
        FinishedAt = replay.FinishedAt,
        Links = new ReplayLinks($"{Route}/{replay.Id}", $"{Route}/{replay.Id}/pause", $"{Route}/{replay.Id}/resume", $"{Route}/{replay.Id}"),
    };
}
