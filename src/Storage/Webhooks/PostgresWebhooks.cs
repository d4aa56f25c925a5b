using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Webhooks;

/// <summary>Webhooks in PostgreSQL, on the database's clock.</summary>
internal sealed class PostgresWebhooks(NpgsqlDataSource database) : IWebhooks
{
    private const string Columns = "job_id, url, status, tries, response_status, error, delivered_at, due_at";

    /// <summary>Every tenant has a row, and a secret in it.</summary>
    public Task<bool> CanSign(string tenant, CancellationToken token) => Task.FromResult(true);

    public async Task<WebhookRecord?> Find(string tenant, Guid job, CancellationToken token)
    {
        await using var command = database.For(tenant, $"SELECT {Columns} FROM webhook WHERE tenant_id = $1 AND job_id = $2");
        return await command.With(tenant).With(job).One(Read, token);
    }

    public async Task<Delivery?> Claim(Guid job, TimeSpan lease, DeliveryShare share, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_of_jobs", [new[] { job }],
            """
            WITH looked AS (
                UPDATE webhook
                SET    status = CASE WHEN has_room THEN 'sending' ELSE webhook.status END, attempt = webhook.attempt + has_room::integer,
                       due_at = now() + CASE WHEN has_room THEN $2 ELSE $4 END, told_end = CASE WHEN has_room THEN job.finished_at ELSE told_end END,
                       tries = CASE WHEN told_end = job.finished_at OR NOT has_room THEN tries ELSE 0 END + has_room::integer
                FROM   chat_job AS job, tenant,
                       LATERAL (SELECT count(*) < $3 AS has_room FROM webhook AS other
                                WHERE  other.tenant_id = tenant.id AND other.status = 'sending' AND other.due_at > now()) AS share
                WHERE  webhook.job_id = $1 AND job.id = webhook.job_id AND tenant.id = webhook.tenant_id
                -- Not by finished_at, because that index contains all jobs that ended.
                AND    job.status NOT IN ('queued', 'running')
                AND    (told_end IS DISTINCT FROM job.finished_at OR webhook.status = 'due')
                RETURNING job.id, webhook.tenant_id, url, webhook.attempt, tries, webhook_secret, job.status, conversation_id, job.finished_at,
                          job.options ->> 'trace', has_room)
            SELECT * FROM looked WHERE has_room
            """);
        return await command.With(job).With(lease).With(share.AtOnce).With(share.Later).One(
            row => new Delivery(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetFieldValue<byte[]>(5),
                Parse<JobStatus>(row.GetString(6)), row.GetString(7), row.GetFieldValue<DateTimeOffset>(8),
                row.IsDBNull(9) ? null : row.GetString(9)),
            token);
    }

    public async Task<bool> Record(Delivery delivery, DeliveryOutcome outcome, CancellationToken token)
    {
        await using var command = database.For(
            delivery.Tenant,
            """
            UPDATE webhook
            SET    status = CASE WHEN $3 THEN 'delivered' WHEN $6::interval IS NULL THEN 'failed' ELSE 'pending' END,
                   response_status = $4, error = $5, delivered_at = CASE WHEN $3 THEN now() END, due_at = now() + $6::interval
            WHERE  job_id = $1 AND attempt = $2 AND status = 'sending'
            """);
        return await command.With(delivery.JobId).With(delivery.Attempt).With(outcome.Delivered).With(outcome.ResponseStatus, NpgsqlDbType.Integer)
            .With(outcome.Error, NpgsqlDbType.Text).With(outcome.Again, NpgsqlDbType.Interval).Change(token) == 1;
    }

    public async Task<WebhookRecord?> Again(string tenant, Guid job, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            $"""
            UPDATE webhook SET status = 'due', tries = 0, due_at = now() + interval '10 s'
            WHERE  tenant_id = $1 AND job_id = $2 AND told_end IS NOT NULL AND status <> 'sending'
            RETURNING {Columns}
            """);
        return await command.With(tenant).With(job).One(Read, token) ?? await Find(tenant, job, token);
    }

    public async Task<IReadOnlyList<DueWebhook>> TakeDue(int limit, TimeSpan guard, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_with_due_webhooks", [limit],
            """
            UPDATE webhook SET status = CASE status WHEN 'waiting' THEN 'waiting' ELSE 'due' END, due_at = now() + $2
            WHERE  job_id IN (SELECT job_id FROM webhook WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING job_id, (SELECT options ->> 'trace' FROM chat_job WHERE id = job_id)
            """);
        return await command.With(limit).With(guard).All(
            row => new DueWebhook(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1)), token);
    }

    private static WebhookRecord Read(NpgsqlDataReader row)
    {
        var status = row.GetString(2) is "due" or "sending" ? WebhookStatus.Pending : Parse<WebhookStatus>(row.GetString(2));
        return new WebhookRecord(
            row.GetGuid(0), row.GetString(1), status, row.GetInt32(3), row.IsDBNull(4) ? null : row.GetInt32(4), row.IsDBNull(5)
                ? null
                : row.GetString(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
            status != WebhookStatus.Pending || row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7));
    }
}
