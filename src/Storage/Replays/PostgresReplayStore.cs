using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Replays;

/// <summary>Replays in PostgreSQL, on the database's clock.</summary>
internal sealed class PostgresReplayStore(NpgsqlDataSource database) : IReplayStore
{
    private const string Columns =
        """
        id, tenant_id, filter, rate_per_second, max_jobs, status, matched, replayed, skipped, held_back, paced_until, created_at,
        finished_at, due_at, clock_timestamp()
        """;

    /// <summary>$1 tenant, $2 statuses, $3 from, $4 to, $5 error code, $6 conversation.</summary>
    private const string IsSelected =
        """
        tenant_id = $1 AND status = ANY ($2) AND status IN ('queued', 'failed', 'expired')
        AND ($3::timestamptz IS NULL OR accepted_at >= $3) AND ($4::timestamptz IS NULL OR accepted_at < $4)
        AND ($5::text IS NULL OR error_code = $5) AND ($6::text IS NULL OR conversation_id = $6)
        """;

    public async Task<int> Count(string tenant, ReplaySelection selection, CancellationToken token)
    {
        await using var command = database.For(tenant, $"SELECT count(*)::int FROM chat_job WHERE {IsSelected}");
        return await Select(command, tenant, selection).Number(token);
    }

    public async Task<ReplayRecord> Create(
        string tenant, ReplaySelection selection, double ratePerSecond, int max, int matched, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            $"""
            INSERT INTO replay (id, tenant_id, filter, rate_per_second, max_jobs, matched) VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING {Columns}
            """);
        return (await command.With(Guid.CreateVersion7()).With(tenant).With(Write(selection), NpgsqlDbType.Jsonb).With((float)ratePerSecond).With(max)
            .With(matched).One(Read, token))!;
    }

    public async Task<ReplayRecord?> Find(string tenant, Guid id, CancellationToken token)
    {
        await using var command = database.For(tenant, $"SELECT {Columns} FROM replay WHERE tenant_id = $1 AND id = $2");
        var replay = await command.With(tenant).With(id).One(Read, token);
        if (replay is null || replay.Selection.Queue is not null)
            return replay;

        await using var count = database.For(
            tenant,
            """
            SELECT count(*) FILTER (WHERE status IN ('queued', 'running'))::int, count(*) FILTER (WHERE status = 'answered')::int,
                   count(*) FILTER (WHERE status = 'refused')::int, count(*) FILTER (WHERE status = 'cancelled')::int
            FROM   chat_job WHERE replay_id = $1 AND tenant_id = $2
            """);
        var ends = await count.With(id).With(tenant).All(row => (row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)), token);
        var (unfinished, answered, refused, cancelled) = ends[0];
        return replay with { Outcomes = ReplayOutcomes.Of(replay.Replayed, unfinished, answered, refused, cancelled) };
    }

    public async Task<IReadOnlyList<ReplayRecord>> List(string tenant, Guid? before, int limit, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            $"SELECT {Columns} FROM replay WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3");
        return await command.With(tenant).With(before, NpgsqlDbType.Uuid).With(limit).All(Read, token);
    }

    public async Task<ReplayRecord?> Set(string tenant, Guid id, ReplayStatus status, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            """
            UPDATE replay
            SET    status = $3, due_at = CASE WHEN $3 = 'running' THEN now() END, held_back = false,
                   paced_until = greatest(paced_until, now()), finished_at = CASE WHEN $3 = 'cancelled' THEN now() END
            WHERE  tenant_id = $1 AND id = $2 AND status IN ('running', 'paused') AND status <> $3
            """);
        await command.With(tenant).With(id).With(Name(status), NpgsqlDbType.Text).Change(token);
        return await Find(tenant, id, token);
    }

    public async Task<IReadOnlyList<ReplayRecord>> TakeDue(TimeSpan guard, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_with_due_replays", [],
            $"""
            UPDATE replay SET due_at = now() + $1
            WHERE  id IN (SELECT id FROM replay WHERE due_at <= now() FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}
            """);
        return await command.With(guard).All(Read, token);
    }

    public async Task<int> CountUnfinished(int limit, CancellationToken token)
    {
        await using var command = database.WithoutTenant("SELECT count_unfinished_jobs($1)");
        return await command.With(limit).Number(token);
    }

    public async Task<IReadOnlyList<Job>> Next(ReplayRecord taken, int count, CancellationToken token)
    {
        await using var command = database.For(
            taken.Tenant,
            $"""
            SELECT {JobRow.Columns}
            FROM   chat_job, (SELECT cursor_id, created_at FROM replay WHERE id = $7 AND status = 'running' AND due_at = $8) AS turn
            WHERE  tenant_id = $1 AND id > cursor_id
            -- A process that stopped before it moved the cursor left jobs that already have this replay's id. Jobs that ended or were queued
            -- after the replay was requested are not part of it.
            AND    (replay_id = $7 OR ({IsSelected} AND coalesce(finished_at, queued_at) <= created_at))
            ORDER  BY id LIMIT $9
            """);
        return await Select(command, taken.Tenant, taken.Selection).With(taken.Id).With(taken.DueAt).With(count).All(JobRow.Read, token);
    }

    public async Task<ReplayRecord?> Record(ReplayRecord taken, ReplayProgress progress, bool heldBack, CancellationToken token)
    {
        await using var command = database.For(
            taken.Tenant,
            $"""
            UPDATE replay
            SET    replayed = replayed + $3, held_back = $4, cursor_id = coalesce($7, cursor_id),
                   paced_until = $8,
                   status = CASE WHEN $5 THEN 'finished' ELSE status END,
                   finished_at = CASE WHEN $5 THEN now() END,
                   due_at = CASE WHEN $5 THEN NULL ELSE now() + $6 END,
                   skipped = CASE WHEN $5 THEN greatest(0, least(matched, max_jobs) - replayed - $3) ELSE 0 END
            WHERE  id = $1 AND status = 'running' AND due_at = $2
            RETURNING {Columns}
            """);
        return await command.With(taken.Id).With(taken.DueAt).With(progress.Replayed).With(heldBack).With(progress.Done).With(progress.DueIn)
            .With(progress.Cursor, NpgsqlDbType.Uuid).With(ReplayPace.After(taken, progress.Replayed)).One(Read, token);
    }

    public async Task DeleteFinished(TimeSpan age, CancellationToken token)
    {
        await using var command = database.For("tenants_with_old_replays", [age], "DELETE FROM replay WHERE finished_at < now() - $1");
        await command.With(age).Change(token);
    }

    private static Statement Select(Statement command, string tenant, ReplaySelection selection) => command
        .With(tenant).With(selection.Statuses.Select(Name).ToArray())
        .With(selection.From?.ToUniversalTime(), NpgsqlDbType.TimestampTz).With(selection.To?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
        .With(selection.ErrorCode, NpgsqlDbType.Text).With(selection.ConversationId, NpgsqlDbType.Text);

    private static ReplayRecord Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Tenant = row.GetString(1),
        Selection = StoredJson.Read<ReplaySelection>(row.GetString(2)),
        RatePerSecond = row.GetFloat(3),
        Max = row.GetInt32(4),
        Status = Parse<ReplayStatus>(row.GetString(5)),
        Matched = row.GetInt32(6),
        Replayed = row.GetInt32(7),
        Skipped = row.GetInt32(8),
        HeldBack = row.GetBoolean(9),
        PacedUntil = row.GetFieldValue<DateTimeOffset>(10),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
        FinishedAt = row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12),
        DueAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        Now = row.GetFieldValue<DateTimeOffset>(14),
    };
}
