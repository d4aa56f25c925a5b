using Microsoft.Data.Sqlite;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Replays;

/// <summary>The replays of embedded mode, in its file.</summary>
internal sealed class SqliteReplayStore(SqliteDatabase database) : IReplayStore
{
    private const string Columns =
        """
        id, tenant_id, filter, rate_per_second, max_jobs, status, matched, replayed, skipped, held_back, paced_until, created_at,
        finished_at, due_at
        """;

    /// <summary>$1 tenant, $2 statuses, $3 from, $4 to, $5 error code, $6 conversation.</summary>
    private const string IsSelected =
        """
        tenant_id = $1 AND status IN (SELECT value FROM json_each($2)) AND status IN ('queued', 'failed', 'expired')
        AND ($3 IS NULL OR accepted_at >= $3) AND ($4 IS NULL OR accepted_at < $4)
        AND ($5 IS NULL OR error_code = $5) AND ($6 IS NULL OR conversation_id = $6)
        """;

    public Task<int> Count(string tenant, ReplaySelection selection, CancellationToken token) => database.Read(
        session => (int)session.Number($"SELECT count(*) FROM chat_job WHERE {IsSelected}", Values(tenant, selection)), token);

    public Task<ReplayRecord> Create(
        string tenant, ReplaySelection selection, double ratePerSecond, int max, int matched, CancellationToken token) => database.Write(
        session => session.One(
            $"""
            INSERT INTO replay (id, tenant_id, filter, rate_per_second, max_jobs, status, matched, replayed, skipped, cursor_id, held_back,
                                paced_until, created_at, due_at)
            VALUES ($1, $2, $3, $4, $5, 'running', $6, 0, 0, $7, 0, $8, $8, $8)
            RETURNING {Columns}
            """,
            row => Read(row, session.Now),
            Guid.CreateVersion7(), tenant, Write(selection), ratePerSecond, max, matched, Guid.Empty, session.Now)!,
        token);

    public Task<ReplayRecord?> Find(string tenant, Guid id, CancellationToken token) =>
        database.Read(session => Find(session, tenant, id), token);

    public Task<IReadOnlyList<ReplayRecord>> List(string tenant, Guid? before, int limit, CancellationToken token) =>
        database.Read<IReadOnlyList<ReplayRecord>>(
            session => session.All(
                $"SELECT {Columns} FROM replay WHERE tenant_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
                row => Read(row, session.Now), tenant, before, limit),
            token);

    public Task<ReplayRecord?> Set(string tenant, Guid id, ReplayStatus status, CancellationToken token) => database.Write(
        session =>
        {
            session.Change(
                """
                UPDATE replay
                SET    status = $3, due_at = CASE WHEN $3 = 'running' THEN $4 END, held_back = 0, paced_until = max(paced_until, $4),
                       finished_at = CASE WHEN $3 = 'cancelled' THEN $4 END
                WHERE  tenant_id = $1 AND id = $2 AND status IN ('running', 'paused') AND status <> $3
                """,
                tenant, id, Name(status), session.Now);
            return Find(session, tenant, id);
        },
        token);

    public Task<IReadOnlyList<ReplayRecord>> TakeDue(TimeSpan guard, CancellationToken token) => database.Write<IReadOnlyList<ReplayRecord>>(
        session => session.All(
            $"UPDATE replay SET due_at = $1 WHERE due_at <= $2 RETURNING {Columns}",
            row => Read(row, session.Now), session.Now + guard, session.Now),
        token);

    public Task<int> CountUnfinished(int limit, CancellationToken token) => database.Read(
        session => (int)session.Number("SELECT count(*) FROM (SELECT 1 FROM chat_job WHERE finished_at IS NULL LIMIT $1)", limit), token);

    public Task<IReadOnlyList<Job>> Next(ReplayRecord taken, int count, CancellationToken token) => database.Read<IReadOnlyList<Job>>(
        session => session.One(
            "SELECT cursor_id FROM replay WHERE id = $1 AND status = 'running' AND due_at = $2", row => row.GetString(0), taken.Id, taken.DueAt)
            is { } cursor
            ? session.All(
                $"""
                SELECT {SqliteJobRow.Columns} FROM chat_job
                WHERE  id IN
                       -- Jobs that ended or were queued after the replay was requested are not part of it.
                       (SELECT id FROM (SELECT id FROM chat_job
                                        WHERE  {IsSelected} AND id > $7 AND coalesce(finished_at, queued_at) <= $8 ORDER BY id LIMIT $10)
                        UNION
                        -- A process that stopped before it moved the cursor left jobs that already have this replay's id. The + keeps
                        -- SQLite from searching all jobs of the tenant for them.
                        SELECT id FROM (SELECT id FROM chat_job WHERE replay_id = $9 AND +tenant_id = $1 AND id > $7 ORDER BY id LIMIT $10))
                ORDER  BY id LIMIT $10
                """,
                row => SqliteJobRow.Read(row, session.Now), [.. Values(taken.Tenant, taken.Selection), cursor, taken.CreatedAt, taken.Id, count])
            : [],
        token);

    public Task<ReplayRecord?> Record(ReplayRecord taken, ReplayProgress progress, bool heldBack, CancellationToken token) => database.Write(
        session => session.One(
            $"""
            UPDATE replay
            SET    replayed = replayed + $3, held_back = $4, cursor_id = coalesce($7, cursor_id),
                   paced_until = $9,
                   status = CASE WHEN $5 THEN 'finished' ELSE status END,
                   finished_at = CASE WHEN $5 THEN $8 END,
                   due_at = CASE WHEN $5 THEN NULL ELSE $6 END,
                   skipped = CASE WHEN $5 THEN max(0, min(matched, max_jobs) - replayed - $3) ELSE 0 END
            WHERE  id = $1 AND status = 'running' AND due_at = $2
            RETURNING {Columns}
            """,
            row => Read(row, session.Now),
            taken.Id, taken.DueAt, progress.Replayed, heldBack, progress.Done, session.Now + progress.DueIn, progress.Cursor, session.Now,
            ReplayPace.After(taken, progress.Replayed)),
        token);

    public Task DeleteFinished(TimeSpan age, CancellationToken token) =>
        database.Write(session => session.Change("DELETE FROM replay WHERE finished_at < $1", session.Now - age), token);

    private static ReplayRecord? Find(SqliteSession session, string tenant, Guid id)
    {
        var replay = session.One(
            $"SELECT {Columns} FROM replay WHERE tenant_id = $1 AND id = $2", row => Read(row, session.Now), tenant, id);
        if (replay is null || replay.Selection.Queue is not null)
            return replay;
        var (unfinished, answered, refused, cancelled) = session.All(
            """
            SELECT count(*) FILTER (WHERE status IN ('queued', 'running')), count(*) FILTER (WHERE status = 'answered'),
                   count(*) FILTER (WHERE status = 'refused'), count(*) FILTER (WHERE status = 'cancelled')
            FROM   chat_job WHERE replay_id = $1 AND +tenant_id = $2
            """,
            row => (row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)), id, tenant)[0];
        return replay with { Outcomes = ReplayOutcomes.Of(replay.Replayed, unfinished, answered, refused, cancelled) };
    }

    /// <summary>The values for <see cref="IsSelected"/>.</summary>
    private static object?[] Values(string tenant, ReplaySelection selection) =>
    [
        tenant, Write(selection.Statuses.Select(Name).ToArray()), selection.From, selection.To, selection.ErrorCode, selection.ConversationId,
    ];

    private static ReplayRecord Read(SqliteDataReader row, DateTimeOffset now) => new()
    {
        Id = row.Id(0),
        Tenant = row.GetString(1),
        Selection = StoredJson.Read<ReplaySelection>(row.GetString(2)),
        RatePerSecond = row.GetDouble(3),
        Max = row.GetInt32(4),
        Status = Parse<ReplayStatus>(row.GetString(5)),
        Matched = row.GetInt32(6),
        Replayed = row.GetInt32(7),
        Skipped = row.GetInt32(8),
        HeldBack = row.Flag(9),
        PacedUntil = row.Time(10),
        CreatedAt = row.Time(11),
        FinishedAt = row.TimeOrNull(12),
        DueAt = row.TimeOrNull(13),
        Now = now,
    };
}
