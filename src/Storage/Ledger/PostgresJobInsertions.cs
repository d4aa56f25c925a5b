using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Ledger;

/// <summary>Writes a group of accepted questions with one INSERT, up to each tenant's limit.</summary>
internal static class PostgresJobInsertions
{
    /// <summary>$1 to $12 are arrays with one value for each question.</summary>
    private const string Statement =
        """
        WITH wanted AS (
            SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY id) - 1 AS before
            FROM   unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::interval[], $9::interval[],
                          $10::int[], $11::int[], $12::text[])
                   AS job (id, tenant_id, conversation_id, question, options, idempotency_key, request_hash, lifetime, due_in, most, level, callback)
        ), share AS MATERIALIZED (
            SELECT tenant_id, (SELECT count(*) FROM (SELECT FROM chat_job
                                                     WHERE  chat_job.tenant_id = tenant.tenant_id AND finished_at IS NULL AND replay_id IS NULL
                                                     LIMIT  tenant.most) AS counted) AS unfinished
            FROM   (SELECT tenant_id, max(most) AS most FROM wanted GROUP BY tenant_id) AS tenant
        ), fitting AS (
            SELECT wanted.*, unfinished + before >= level AS held
            FROM   wanted JOIN share USING (tenant_id)
            WHERE  unfinished + before < most
        ), accepted AS (
            INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, idempotency_key, request_hash, deadline_at, due_at, held)
            SELECT id, tenant_id, conversation_id, question, options::jsonb, idempotency_key, request_hash,
                   now() + lifetime, now() + CASE WHEN held THEN lifetime ELSE least(lifetime, due_in) END, held
            FROM   fitting
            ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
            RETURNING id, held, deadline_at
        ), hook AS (
            -- The webhook is written in the same statement as the question.
            INSERT INTO webhook (job_id, tenant_id, url, due_at)
            SELECT accepted.id, tenant_id, callback, deadline_at + interval '5 s' FROM accepted JOIN wanted USING (id) WHERE callback IS NOT NULL
        )
        SELECT id, held, now() FROM accepted
        """;

    /// <returns>Each job as written; null if its key was used before, or if its tenant has its maximum of unfinished jobs.</returns>
    public static async Task<IReadOnlyList<Job?>> Insert(NpgsqlDataSource database, IReadOnlyList<NewJob> jobs)
    {
        var sorted = jobs.OrderBy(job => job.Id, UuidOrder.Instance).ToList();
        await using var command = database.For(sorted.Select(job => job.Tenant), Statement);
        T[] All<T>(Func<NewJob, T> value) => [.. sorted.Select(value)];
        command
            .With(All(job => job.Id))
            .With(All(job => job.Tenant))
            .With(All(job => job.ConversationId))
            .With(All(job => job.Question))
            .With(All(job => Write(job.Options)))
            .With(All(job => job.IdempotencyKey), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(All(job => job.RequestHash))
            .With(All(job => job.Lifetime))
            .With(All(job => job.DueIn))
            .With(All(job => job.Share.Unfinished))
            .With(All(job => job.Share.UnderWay))
            .With(All(job => job.Options.CallbackUrl), NpgsqlDbType.Array | NpgsqlDbType.Text);
        var rows = await command.All(row => (Id: row.GetGuid(0), Held: row.GetBoolean(1), Now: row.GetFieldValue<DateTimeOffset>(2)),
            CancellationToken.None);
        var accepted = rows.ToDictionary(row => row.Id);
        return [.. jobs.Select(job => accepted.TryGetValue(job.Id, out var row) ? job.AcceptedAt(row.Now, row.Held) : null)];
    }

    /// <summary>Returns why a job was not written: its key was used before, or its tenant has too many jobs.</summary>
    public static async Task<Submission> WhyNot(NpgsqlDataSource database, NewJob job, CancellationToken token)
    {
        if (job.IdempotencyKey is null)
            return new Submission(null, SubmissionOutcome.TooMany);
        await using var find = database.For(
            job.Tenant,
            $"SELECT {JobRow.Columns}, request_hash = $3 FROM chat_job WHERE tenant_id = $1 AND idempotency_key = $2");
        find.With(job.Tenant).With(job.IdempotencyKey).With(job.RequestHash);
        var known = await find.All(
            row => new Submission(JobRow.Read(row), row.GetBoolean(JobRow.Count) ? SubmissionOutcome.Repeated : SubmissionOutcome.KeyReused),
            token);
        return known is [var submission] ? submission : new Submission(null, SubmissionOutcome.TooMany);
    }
}
