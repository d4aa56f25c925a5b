using Microsoft.Data.Sqlite;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Ledger;

/// <summary>Reads a row of the embedded chat_job.</summary>
internal static class SqliteJobRow
{
    /// <summary>Number of <see cref="Columns"/>. A statement's own columns follow them.</summary>
    public const int Count = 30;

    /// <summary>The columns in the order in which <see cref="Read"/> reads them.</summary>
    public const string Columns =
        """
        id, tenant_id, conversation_id, question, options, status, stage, attempt, first_attempt, held, claimed_by, pending, plan,
        tool_result, answer, error_code, error_message, degraded, earlier_ends, replay_id, version, accepted_at, queued_at, started_at,
        tools_at, wave_at, answer_at, finished_at, deadline_at, due_at
        """;

    /// <exception cref="StoredFormatException">A newer program wrote a part of the row.</exception>
    public static Job Read(SqliteDataReader row, DateTimeOffset now) => new()
    {
        Id = row.Id(0),
        Tenant = row.GetString(1),
        ConversationId = row.GetString(2),
        Question = row.GetString(3),
        Options = Part<JobOptions>(row, 4),
        Status = StoredJson.Parse<JobStatus>(row.GetString(5)),
        Stage = StoredJson.Parse<JobStage>(row.GetString(6)),
        Attempt = row.GetInt32(7),
        FirstAttempt = row.GetInt32(8),
        Held = row.Flag(9),
        ClaimedBy = row.TextOrNull(10),
        Pending = [.. Part<string[]>(row, 11).Select(name => new Tool(name))],
        Plan = row.IsDBNull(12) ? null : Part<JobPlan>(row, 12),
        Results = Part<ToolResults>(row, 13),
        Answer = row.IsDBNull(14) ? null : Part<JobAnswer>(row, 14),
        Error = row.IsDBNull(15) ? null : new ChatError(row.GetString(15), row.GetString(16)),
        Degraded = Part<string[]>(row, 17),
        EarlierEnds = Part<JobEnd[]>(row, 18),
        ReplayId = row.IsDBNull(19) ? null : row.Id(19),
        Version = row.GetInt32(20),
        AcceptedAt = row.Time(21),
        QueuedAt = row.Time(22),
        StartedAt = row.TimeOrNull(23),
        ToolsAt = row.TimeOrNull(24),
        WaveAt = row.TimeOrNull(25),
        AnswerAt = row.TimeOrNull(26),
        FinishedAt = row.TimeOrNull(27),
        DeadlineAt = row.Time(28),
        DueAt = row.TimeOrNull(29),
        Now = now,
    };

    private static T Part<T>(SqliteDataReader row, int column)
    {
        try
        {
            return StoredJson.Read<T>(row.GetString(column));
        }
        catch (StoredFormatException error)
        {
            throw new StoredFormatException($"Job {row.GetString(0)}: {error.Message}", error);
        }
    }
}
