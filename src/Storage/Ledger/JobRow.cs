using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Npgsql;

namespace Navigator.Storage.Ledger;

/// <summary>Reads a row of chat_job.</summary>
internal static class JobRow
{
    /// <summary>Number of <see cref="Columns"/>. A statement's own columns follow them.</summary>
    public const int Count = 31;

    /// <summary>The columns in the order in which <see cref="Read"/> reads them.</summary>
    public const string Columns =
        """
        id, tenant_id, conversation_id, question, options, status, stage, attempt, claimed_by, pending, plan, tool_result,
        answer, error_code, error_message, degraded, version, accepted_at, started_at, tools_at, answer_at, finished_at,
        deadline_at, due_at, queued_at, first_attempt, earlier_ends, replay_id, held, clock_timestamp(), wave_at
        """;

    /// <exception cref="StoredFormatException">A newer program wrote a part of the row.</exception>
    public static Job Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Tenant = row.GetString(1),
        ConversationId = row.GetString(2),
        Question = row.GetString(3),
        Options = Part<JobOptions>(row, 4),
        Status = StoredJson.Parse<JobStatus>(row.GetString(5)),
        Stage = StoredJson.Parse<JobStage>(row.GetString(6)),
        Attempt = row.GetInt32(7),
        ClaimedBy = row.IsDBNull(8) ? null : row.GetString(8),
        Pending = [.. row.GetFieldValue<string[]>(9).Select(name => new Tool(name))],
        Plan = row.IsDBNull(10) ? null : Part<JobPlan>(row, 10),
        Results = Part<ToolResults>(row, 11),
        Answer = row.IsDBNull(12) ? null : Part<JobAnswer>(row, 12),
        Error = row.IsDBNull(13) ? null : new ChatError(row.GetString(13), row.GetString(14)),
        Degraded = row.GetFieldValue<string[]>(15),
        Version = row.GetInt32(16),
        AcceptedAt = row.GetFieldValue<DateTimeOffset>(17),
        StartedAt = Time(row, 18),
        ToolsAt = Time(row, 19),
        AnswerAt = Time(row, 20),
        FinishedAt = Time(row, 21),
        DeadlineAt = row.GetFieldValue<DateTimeOffset>(22),
        DueAt = Time(row, 23),
        QueuedAt = row.GetFieldValue<DateTimeOffset>(24),
        FirstAttempt = row.GetInt32(25),
        EarlierEnds = Part<JobEnd[]>(row, 26),
        ReplayId = row.IsDBNull(27) ? null : row.GetGuid(27),
        Held = row.GetBoolean(28),
        Now = row.GetFieldValue<DateTimeOffset>(29),
        WaveAt = Time(row, 30),
    };

    /// <summary>The next unfinished job of the same conversation that is not held, for a statement that ends a job.</summary>
    public const string Successor =
        """
        (SELECT jsonb_build_object('id', later.id, 'attempt', later.attempt)
         FROM   chat_job AS later
         WHERE  later.tenant_id = chat_job.tenant_id AND later.conversation_id = chat_job.conversation_id AND later.id > chat_job.id
         AND    later.finished_at IS NULL AND NOT later.held
         ORDER  BY later.id LIMIT 1)
        """;

    private static T Part<T>(NpgsqlDataReader row, int column)
    {
        try
        {
            return StoredJson.Read<T>(row.GetString(column));
        }
        catch (StoredFormatException error)
        {
            throw new StoredFormatException($"Job {row.GetGuid(0)}: {error.Message}", error);
        }
    }

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
