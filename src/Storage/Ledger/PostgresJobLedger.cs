using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.LedgerJson;

namespace Navigator.Storage.Ledger;

/// <summary>The ledger in PostgreSQL: one statement per transition, each committed by itself, on the database's clock.</summary>
internal sealed class PostgresJobLedger(NpgsqlDataSource database) : IJobLedger
{
    public async Task<Submission> Submit(NewJob job, CancellationToken token)
    {
        const string Insert =
            $"""
            INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, idempotency_key, request_hash, deadline_at, due_at, express)
            SELECT $1, $2, $3, $4, $5, $6, $7, now() + $8, now() + least($8, $9), unfinished < $11
            FROM   (SELECT count(*) AS unfinished
                    FROM   (SELECT FROM chat_job WHERE tenant_id = $2 AND finished_at IS NULL AND replay_id IS NULL LIMIT $10) AS counted) AS share
            WHERE  unfinished < $10
            ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
            RETURNING {JobRow.Columns}
            """;
        // Who is to be told of the end is written down with the question, or not at all.
        const string InsertWithWebhook =
            $"""
            WITH accepted AS ({Insert}),
                 hook AS (INSERT INTO webhook (job_id, tenant_id, url, due_at) SELECT id, tenant_id, $12, deadline_at + interval '5 s' FROM accepted)
            SELECT * FROM accepted
            """;
        await using var insert = database.For(job.Tenant, job.Options.CallbackUrl is null ? Insert : InsertWithWebhook);
        insert.With(job.Id).With(job.Tenant).With(job.ConversationId).With(job.Question).With(Write(job.Options), NpgsqlDbType.Jsonb)
              .With(job.IdempotencyKey, NpgsqlDbType.Text).With(job.RequestHash).With(job.Lifetime).With(job.DueIn)
              .With(job.Share.Unfinished).With(job.Share.Express);
        if (job.Options.CallbackUrl is { } callback)
            insert.With(callback);
        if (await insert.One(JobRow.Read, token) is { } created)
            return new Submission(created, SubmissionOutcome.Created);
        if (job.IdempotencyKey is null)
            return new Submission(null, SubmissionOutcome.TooMany);

        await using var find = database.For(
            job.Tenant,
            $"SELECT {JobRow.Columns}, request_hash = $3 FROM chat_job WHERE tenant_id = $1 AND idempotency_key = $2");
        find.With(job.Tenant).With(job.IdempotencyKey).With(job.RequestHash);
        var known = await find.All(
            row => new Submission(JobRow.Read(row), row.GetBoolean(JobRow.Count) ? SubmissionOutcome.Repeated : SubmissionOutcome.KeyReused), token);
        return known is [var submission] ? submission : new Submission(null, SubmissionOutcome.TooMany);
    }

    public async Task<Job?> Find(string tenant, Guid id, CancellationToken token)
    {
        await using var command = database.For(tenant, $"SELECT {JobRow.Columns} FROM chat_job WHERE tenant_id = $1 AND id = $2");
        return await command.With(tenant).With(id).One(JobRow.Read, token);
    }

    public async Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            $"""
            SELECT {JobRow.Columns} FROM chat_job
            WHERE  tenant_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR conversation_id = $3) AND ($4::uuid IS NULL OR id < $4)
            ORDER  BY id DESC LIMIT $5
            """);
        return await command.With(tenant).With(filter.Status is { } status ? Name(status) : null, NpgsqlDbType.Text)
            .With(filter.ConversationId, NpgsqlDbType.Text).With(filter.Before, NpgsqlDbType.Uuid).With(filter.Limit).All(JobRow.Read, token);
    }

    public async Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token)
    {
        await using var command = database.For(
            wanted.Select(job => job.Tenant), "SELECT id, version, finished_at IS NOT NULL FROM chat_job WHERE id = ANY ($1) AND tenant_id = ANY ($2)");
        var rows = await command.With(wanted.Select(job => job.Id).ToArray()).With(wanted.Select(job => job.Tenant).Distinct().ToArray()).All(row => KeyValuePair.Create(row.GetGuid(0), new JobVersion(row.GetInt32(1), row.GetBoolean(2))), token);
        return new Dictionary<Guid, JobVersion>(rows);
    }

    public async Task<Job?> Cancel(string tenant, Guid id, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            $"""
            UPDATE chat_job SET status = 'cancelled', finished_at = now(), due_at = NULL, claimed_by = NULL, version = version + 1
            WHERE  tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')
            RETURNING {JobRow.Columns}, {JobRow.Successor}
            """);
        return await command.With(tenant).With(id).One(JobRow.ReadEnded, token) ?? await Find(tenant, id, token);
    }

    public async Task<Job?> Claim(JobKey key, JobStage stage, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token)
    {
        await using var command = For(
            key,
            $"""
            UPDATE chat_job
            SET    status = 'running', started_at = coalesce(started_at, now()), claimed_by = $4, due_at = least(now() + $5, deadline_at),
                   attempt = attempt + (claimed_by IS NOT NULL)::int, version = version + 1
            WHERE  id = $1 AND attempt = $2 AND stage = $3 AND status IN ('queued', 'running') AND deadline_at > now()
            AND    (claimed_by IS NULL OR ($6 AND attempt - first_attempt + 1 < $7))
            AND    (status = 'running' OR conversation_id = id::text OR NOT EXISTS
                       (SELECT FROM chat_job AS earlier
                        WHERE  earlier.tenant_id = chat_job.tenant_id AND earlier.conversation_id = chat_job.conversation_id
                        AND    earlier.finished_at IS NULL AND earlier.id < chat_job.id))
            RETURNING {JobRow.Columns}
            """);
        return await command.With(key.Id).With(key.Attempt).With(Name(stage)).With(worker).With(lease).With(takeOver).With(maxAttempts)
            .One(JobRow.Read, token);
    }

    public async Task<bool> Renew(JobKey key, string worker, TimeSpan lease, CancellationToken token)
    {
        await using var command = For(
            key,
            """
            UPDATE chat_job SET due_at = least(now() + $4, deadline_at)
            WHERE  id = $1 AND attempt = $2 AND status = 'running' AND claimed_by = $3
            """);
        return await command.With(key.Id).With(key.Attempt).With(worker).With(lease).Change(token) == 1;
    }

    public async Task<Job?> Plan(JobKey key, JobPlan plan, IReadOnlyList<string> degraded, TimeSpan dueIn, CancellationToken token)
    {
        await using var command = For(
            key,
            $"""
            UPDATE chat_job
            SET    plan = $3, pending = $4, degraded = degraded || $5, claimed_by = NULL, due_at = least(now() + $6, deadline_at),
                   stage = CASE WHEN $4 = '{"{}"}' THEN 'answer' ELSE 'tools' END,
                   tools_at = now(), wave_at = now(), answer_at = CASE WHEN $4 = '{"{}"}' THEN now() END, version = version + 1
            WHERE  id = $1 AND attempt = $2 AND status = 'running' AND stage = 'intake'
            RETURNING {JobRow.Columns}
            """);
        return await command.With(key.Id).With(key.Attempt).With(Write(plan), NpgsqlDbType.Jsonb)
            .With(plan.Tools().Select(Name).ToArray()).With(degraded.ToArray()).With(dueIn).One(JobRow.Read, token);
    }

    public async Task<Job?> StartWave(JobKey key, JobPlan plan, TimeSpan dueIn, CancellationToken token)
    {
        await using var command = For(
            key,
            $"""
            UPDATE chat_job
            SET    plan = $3, pending = $4, stage = 'tools', answer_at = NULL, wave_at = now(), claimed_by = NULL,
                   attempt = attempt + 1, first_attempt = first_attempt + 1, due_at = least(now() + $5, deadline_at), version = version + 1
            WHERE  id = $1 AND attempt = $2 AND status = 'running' AND stage = 'answer'
            RETURNING {JobRow.Columns}
            """);
        return await command.With(key.Id).With(key.Attempt).With(Write(plan), NpgsqlDbType.Jsonb).With(plan.Tools().Select(Name).ToArray()).With(dueIn)
            .One(JobRow.Read, token);
    }

    public async Task<IReadOnlyList<Job>> FindPending(IReadOnlyCollection<JobKey> keys, Tool tool, CancellationToken token)
    {
        // By id alone: joining pairs of id and attempt makes the planner think anew each time, and badly.
        await using var command = database.For(
            "tenants_of_jobs", [keys.Select(key => key.Id).ToArray()],
            $"""
            SELECT {JobRow.Columns} FROM chat_job
            WHERE  id = ANY ($1) AND status = 'running' AND stage = 'tools' AND $2 = ANY (pending)
            """);
        var found = await command.With(keys.Select(key => key.Id).ToArray()).With(Name(tool)).All(JobRow.Read, token);
        return [.. found.Where(job => keys.Contains(new JobKey(job.Id, job.Attempt)))];
    }

    public async Task<Job?> FinishTool(JobKey key, Tool tool, object? result, string? degraded, TimeSpan dueIn, StageClaim? next, CancellationToken token)
    {
        // The row lock makes parallel tools take turns, so exactly one of them sees that nothing is pending any more.
        await using var command = For(
            key,
            $"""
            UPDATE chat_job
            SET    tool_result = CASE WHEN $4::jsonb IS NULL THEN tool_result ELSE tool_result || jsonb_build_object($3, $4::jsonb) END,
                   degraded  = CASE WHEN $5::text IS NULL THEN degraded ELSE degraded || $5 END,
                   pending   = array_remove(pending, $3),
                   stage     = CASE WHEN pending = ARRAY[$3] THEN 'answer' ELSE stage END,
                   answer_at = CASE WHEN pending = ARRAY[$3] THEN now() END,
                   claimed_by = CASE WHEN pending = ARRAY[$3] THEN $7::text END,
                   due_at    = CASE WHEN pending = ARRAY[$3] THEN least(now() + $6, deadline_at) ELSE due_at END,
                   version   = version + 1
            WHERE  id = $1 AND attempt = $2 AND status = 'running' AND stage = 'tools' AND $3 = ANY (pending)
            RETURNING {JobRow.Columns}
            """);
        return await command.With(key.Id).With(key.Attempt).With(Name(tool), NpgsqlDbType.Text)
            .With(result is null ? null : Write(result), NpgsqlDbType.Jsonb).With(degraded, NpgsqlDbType.Text).With(next?.Lease ?? dueIn)
            .With(next?.Worker, NpgsqlDbType.Text).One(JobRow.Read, token);
    }

    public async Task<Job?> Answer(JobKey key, ChatAnswer answer, IReadOnlyList<string> degraded, CancellationToken token)
    {
        await using var command = For(
            key,
            $"""
            UPDATE chat_job
            SET    status = 'answered', answer = $3, degraded = degraded || $4, finished_at = now(), due_at = NULL, claimed_by = NULL, version = version + 1
            WHERE  id = $1 AND attempt = $2 AND status = 'running' AND stage = 'answer'
            -- Whoever deletes a document deletes the answers that quote it: none may be written behind its back.
            AND    (SELECT count(*) FROM (SELECT FROM document WHERE document.tenant_id = chat_job.tenant_id AND document.id = ANY ($5) FOR KEY SHARE) AS kept) = cardinality($5)
            RETURNING {JobRow.Columns}, {JobRow.Successor}
            """);
        var cited = answer.Citations.Select(citation => citation.DocumentId).OfType<Guid>().Distinct().ToArray();
        return await command.With(key.Id).With(key.Attempt).With(Write(answer), NpgsqlDbType.Jsonb).With(degraded.ToArray()).With(cited).One(JobRow.ReadEnded, token);
    }

    public async Task<Job?> End(JobKey key, JobStatus status, ChatError error, CancellationToken token)
    {
        await using var command = For(
            key,
            $"""
            UPDATE chat_job
            SET    status = $3, error_code = $4, error_message = $5, finished_at = now(), due_at = NULL, claimed_by = NULL, version = version + 1
            WHERE  id = $1 AND attempt = $2 AND status IN ('queued', 'running')
            RETURNING {JobRow.Columns}, {JobRow.Successor}
            """);
        return await command.With(key.Id).With(key.Attempt).With(Name(status)).With(error.Code).With(error.Message).One(JobRow.ReadEnded, token);
    }

    public async Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan guard, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_with_due_jobs", [limit],
            $"""
            UPDATE chat_job SET due_at = least(now() + $2, deadline_at)
            WHERE  id IN (SELECT id FROM chat_job WHERE finished_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING {JobRow.Columns}
            """);
        return await command.With(limit).With(guard).All(JobRow.Read, token);
    }

    public async Task<Job?> Rearm(Job taken, TimeSpan dueIn, CancellationToken token)
    {
        await using var command = database.For(
            taken.Tenant,
            $"""
            UPDATE chat_job SET due_at = least(now() + $4, deadline_at)
            WHERE  id = $1 AND version = $2 AND due_at = $3
            RETURNING {JobRow.Columns}
            """);
        return await command.With(taken.Id).With(taken.Version).With(taken.DueAt).With(dueIn).One(JobRow.Read, token);
    }

    public async Task<Job?> StartAttempt(Job taken, TimeSpan dueIn, CancellationToken token)
    {
        await using var command = database.For(
            taken.Tenant,
            $"""
            UPDATE chat_job
            SET    attempt = attempt + 1, claimed_by = NULL, due_at = least(now() + $4, deadline_at), version = version + 1
            WHERE  id = $1 AND version = $2 AND due_at = $3 AND claimed_by IS NOT NULL
            RETURNING {JobRow.Columns}
            """);
        return await command.With(taken.Id).With(taken.Version).With(taken.DueAt).With(dueIn).One(JobRow.Read, token);
    }

    public async Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token)
    {
        // From the newest job backwards, stopping when the page is full: not by grouping everything that a tenant ever asked.
        await using var command = database.For(
            tenant,
            """
            SELECT last.conversation_id, first.question, total.jobs, first.accepted_at, last.accepted_at, last.id
            FROM   chat_job AS last,
                   LATERAL (SELECT question, accepted_at FROM chat_job
                            WHERE  tenant_id = $1 AND conversation_id = last.conversation_id ORDER BY id LIMIT 1) AS first,
                   LATERAL (SELECT count(*)::int AS jobs FROM chat_job WHERE tenant_id = $1 AND conversation_id = last.conversation_id) AS total
            WHERE  last.tenant_id = $1 AND ($2::uuid IS NULL OR last.id < $2)
            AND    NOT EXISTS (SELECT FROM chat_job AS later
                               WHERE  later.tenant_id = $1 AND later.conversation_id = last.conversation_id AND later.id > last.id)
            ORDER  BY last.id DESC LIMIT $3
            """);
        return await command.With(tenant).With(before, NpgsqlDbType.Uuid).With(limit).All(
            row => new Conversation(
                row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetGuid(5)),
            token);
    }

    public async Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token)
    {
        await using var command = database.For(tenant, "DELETE FROM chat_job WHERE tenant_id = $1 AND conversation_id = $2");
        return await command.With(tenant).With(conversation).Change(token);
    }

    public async Task<int> CountFinished(TimeSpan within, CancellationToken token)
    {
        await using var command = database.ForNobody("SELECT count_finished_jobs($1)");
        return await command.With(within).Number(token);
    }

    public async Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token)
    {
        const string Delete =
            """
            DELETE FROM chat_job WHERE id IN
                (SELECT id FROM chat_job WHERE finished_at < now() - $2 AND ($1::text IS NULL OR tenant_id = $1)
                 ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED)
            """;
        await using var command = tenant is null ? database.For("tenants_with_old_jobs", [age, limit], Delete) : database.For(tenant, Delete);
        return await command.With(tenant, NpgsqlDbType.Text).With(age).With(limit).Change(token);
    }

    /// <summary>About the job's tenant: as its row said, or, for who has only a message, as a function says that only workers may call.</summary>
    private Statement For(JobKey key, string sql) =>
        key.Tenant is { } tenant ? database.For(tenant, sql) : database.For("tenants_of_jobs", [new[] { key.Id }], sql);
}
