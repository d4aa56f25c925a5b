using Microsoft.Data.Sqlite;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Sqlite;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Webhooks;

/// <summary>The webhooks of embedded mode, in its file.</summary>
/// <param name="secret">Signs the webhooks of tenants without their own secret; null: these webhooks are not sent.</param>
internal sealed class SqliteWebhooks(SqliteDatabase database, byte[]? secret) : IWebhooks
{
    private const string Columns = "job_id, url, status, tries, response_status, error, delivered_at, due_at";

    public async Task<bool> CanSign(string tenant, CancellationToken token) => secret is not null || await database.Read(
        session => session.Number("SELECT EXISTS (SELECT 1 FROM tenant WHERE id = $1)", tenant) == 1, token);

    public Task<WebhookRecord?> Find(string tenant, Guid job, CancellationToken token) =>
        database.Read(session => Find(session, tenant, job), token);

    public Task<Delivery?> Claim(Guid job, TimeSpan lease, DeliveryShare share, CancellationToken token) => database.Write(
        session =>
        {
            if (Deliverable(session, job) is not { } delivery)
                return null;
            var underWay = session.Number(
                "SELECT count(*) FROM webhook WHERE tenant_id = $1 AND status = 'sending' AND due_at > $2", delivery.Tenant, session.Now);
            if (underWay >= share.AtOnce)
            {
                session.Change("UPDATE webhook SET due_at = $2 WHERE job_id = $1", job, session.Now + share.Later);
                return null;
            }
            session.Change(
                "UPDATE webhook SET status = 'sending', attempt = $2, tries = $3, told_end = $4, due_at = $5 WHERE job_id = $1",
                job, delivery.Attempt, delivery.Tries, delivery.FinishedAt, session.Now + lease);
            return delivery;
        },
        token);

    public Task<bool> Record(Delivery delivery, DeliveryOutcome outcome, CancellationToken token) => database.Write(
        session => session.Change(
            """
            UPDATE webhook
            SET    status = CASE WHEN $3 THEN 'delivered' WHEN $6 IS NULL THEN 'failed' ELSE 'pending' END,
                   response_status = $4, error = $5, delivered_at = CASE WHEN $3 THEN $7 END, due_at = $6
            WHERE  job_id = $1 AND attempt = $2 AND status = 'sending'
            """,
            delivery.JobId, delivery.Attempt, outcome.Delivered, outcome.ResponseStatus, outcome.Error, session.Now + outcome.Again,
            session.Now) == 1,
        token);

    public Task<WebhookRecord?> Again(string tenant, Guid job, CancellationToken token) => database.Write(
        session =>
        {
            session.Change(
                """
                UPDATE webhook SET status = 'due', tries = 0, due_at = $3
                WHERE  tenant_id = $1 AND job_id = $2 AND told_end IS NOT NULL AND status <> 'sending'
                """,
                tenant, job, session.Now + TimeSpan.FromSeconds(10));
            return Find(session, tenant, job);
        },
        token);

    public Task<IReadOnlyList<DueWebhook>> TakeDue(int limit, TimeSpan guard, CancellationToken token) =>
        database.Write<IReadOnlyList<DueWebhook>>(
        session => session.All(
            """
            UPDATE webhook SET status = CASE status WHEN 'waiting' THEN 'waiting' ELSE 'due' END, due_at = $2
            WHERE  job_id IN (SELECT job_id FROM webhook WHERE due_at <= $3 ORDER BY due_at LIMIT $1)
            RETURNING job_id, (SELECT json_extract(options, '$.trace') FROM chat_job WHERE id = job_id)
            """,
            row => new DueWebhook(row.Id(0), row.TextOrNull(1)), limit, session.Now + guard, session.Now),
        token);

    /// <summary>Returns the next delivery; null if it is made, under way or not due, if the job has not ended, or if no secret exists.</summary>
    private Delivery? Deliverable(SqliteSession session, Guid job) => session.One(
        """
        SELECT webhook.tenant_id, url, webhook.attempt + 1, CASE WHEN told_end = finished_at THEN tries ELSE 0 END + 1,
               coalesce(webhook_secret, $2), chat_job.status, conversation_id, finished_at,
               json_extract(options, '$.trace')
        FROM   webhook JOIN chat_job ON chat_job.id = webhook.job_id LEFT JOIN tenant ON tenant.id = webhook.tenant_id
        WHERE  webhook.job_id = $1 AND finished_at IS NOT NULL AND (told_end IS NOT finished_at OR webhook.status = 'due')
        AND    coalesce(webhook_secret, $2) IS NOT NULL
        """,
        row => new Delivery(
            job, row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.Bytes(4), Parse<JobStatus>(row.GetString(5)),
            row.GetString(6), row.Time(7), row.TextOrNull(8)),
        job, secret);

    private static WebhookRecord? Find(SqliteSession session, string tenant, Guid job) =>
        session.One($"SELECT {Columns} FROM webhook WHERE tenant_id = $1 AND job_id = $2", Read, tenant, job);

    private static WebhookRecord Read(SqliteDataReader row)
    {
        var status = row.GetString(2) is "due" or "sending" ? WebhookStatus.Pending : Parse<WebhookStatus>(row.GetString(2));
        return new WebhookRecord(
            row.Id(0), row.GetString(1), status, row.GetInt32(3), row.NumberOrNull(4), row.TextOrNull(5), row.TimeOrNull(6),
            status == WebhookStatus.Pending ? row.TimeOrNull(7) : null);
    }
}
