namespace Navigator.Storage.Moving;

/// <summary>Inserts rows of an export into PostgreSQL. $1 contains the export's lines. Existing rows stay as they are.</summary>
internal static class ImportStatements
{
    public const string InsertTenants =
        """
        INSERT INTO tenant (id, webhook_secret, created_at)
        SELECT id, decode(webhook_secret, 'base64'), coalesce(created_at, now())
        FROM   json_to_recordset($1) AS exported (id text, webhook_secret text, created_at timestamptz)
        ON     CONFLICT DO NOTHING
        RETURNING id
        """;

    public const string InsertKeys =
        """
        INSERT INTO api_key (id, tenant_id, secret_sha256, scopes, created_at, expires_at, revoked_at, last_used_at)
        SELECT id, tenant_id, decode(secret_sha256, 'base64'), scopes, created_at, expires_at, revoked_at, last_used_at
        FROM   json_to_recordset($1) AS exported (
                   id text, tenant_id text, secret_sha256 text, scopes text[], created_at timestamptz, expires_at timestamptz,
                   revoked_at timestamptz, last_used_at timestamptz)
        ON     CONFLICT DO NOTHING
        RETURNING id
        """;

    /// <summary>
    /// $2 is the document's bytes. An unfinished document is due at once, because the process that ingested it no longer runs. Older exports call a
    /// searchable document embedding.
    /// </summary>
    public const string InsertDocument =
        """
        INSERT INTO document (id, tenant_id, title, media_type, bytes, sha256, content, status, attempt, claimed_by, pages, passages, embedded,
                              embedding_model, embedded_by, error_code, error_message, version, created_at, finished_at, deadline_at, due_at)
        SELECT id, tenant_id, title, media_type, bytes, decode(sha256, 'base64'), $2,
               CASE status WHEN 'embedding' THEN 'searchable' ELSE status END, attempt, claimed_by, pages, passages, embedded,
               embedding_model, CASE status WHEN 'ready' THEN ARRAY[embedding_model] ELSE '{}' END, error_code, error_message, version, created_at,
               finished_at, deadline_at,
               CASE WHEN finished_at IS NULL THEN least(now(), deadline_at) END
        FROM   json_to_record($1) AS exported (
                   id uuid, tenant_id text, title text, media_type text, bytes bigint, sha256 text, status text, attempt integer, claimed_by text,
                   pages integer, passages integer, embedded integer, embedding_model text, error_code text, error_message text, version integer,
                   created_at timestamptz, finished_at timestamptz, deadline_at timestamptz)
        ON     CONFLICT DO NOTHING
        """;

    /// <summary>
    /// Unfinished jobs are due at once, as after a start of embedded mode. Held jobs wait for their release. A webhook delivery that was under
    /// way starts again.
    /// </summary>
    public const string InsertJobs =
        """
        WITH exported AS (
            SELECT * FROM json_to_recordset($1) AS job (
                id uuid, tenant_id text, conversation_id text, idempotency_key text, request_hash text, question text, options jsonb, status text,
                stage text, attempt integer, first_attempt integer, held boolean, claimed_by text, pending text[], plan jsonb, tool_result jsonb,
                answer jsonb, error_code text, error_message text, degraded text[], earlier_ends jsonb, replay_id uuid, version integer,
                accepted_at timestamptz, queued_at timestamptz, started_at timestamptz, tools_at timestamptz, wave_at timestamptz,
                answer_at timestamptz, finished_at timestamptz, deadline_at timestamptz, due_at timestamptz, webhook json)
        ), written AS (
            INSERT INTO chat_job (id, tenant_id, conversation_id, idempotency_key, request_hash, question, options, status, stage, attempt,
                                  first_attempt, held, claimed_by, pending, plan, tool_result, answer, error_code, error_message, degraded,
                                  earlier_ends, replay_id, version, accepted_at, queued_at, started_at, tools_at, wave_at, answer_at, finished_at,
                                  deadline_at, due_at)
            SELECT id, tenant_id, conversation_id, idempotency_key, decode(request_hash, 'base64'), question, options, status, stage, attempt,
                   first_attempt, held, claimed_by, pending, plan, tool_result, answer, error_code, error_message, degraded,
                   earlier_ends, replay_id, version, accepted_at, queued_at, started_at, tools_at, wave_at, answer_at, finished_at,
                   deadline_at, CASE WHEN finished_at IS NULL AND NOT held THEN least(now(), deadline_at) ELSE due_at END
            FROM   exported
            ON     CONFLICT DO NOTHING
            RETURNING id
        ), hooks AS (
            INSERT INTO webhook (job_id, tenant_id, url, status, attempt, tries, told_end, response_status, error, delivered_at, due_at)
            SELECT exported.id, exported.tenant_id, hook.url, hook.status, hook.attempt, hook.tries, hook.told_end, hook.response_status, hook.error,
                   hook.delivered_at, CASE WHEN hook.status IN ('due', 'sending') THEN now() ELSE hook.due_at END
            FROM   written JOIN exported ON exported.id = written.id,
                   LATERAL json_to_record(exported.webhook) AS hook (
                       url text, status text, attempt integer, tries integer, told_end timestamptz, response_status integer, error text,
                       delivered_at timestamptz, due_at timestamptz)
            WHERE  exported.webhook IS NOT NULL
        )
        SELECT id FROM written
        """;

    /// <summary>Audit rows have no key but their content. Two rows with the same content and microsecond are treated as one.</summary>
    public const string InsertAudit =
        """
        INSERT INTO audit (at, tenant_id, actor, action, subject)
        SELECT DISTINCT at, tenant_id, actor, action, subject
        FROM   json_to_recordset($1) AS exported (at timestamptz, tenant_id text, actor text, action text, subject text)
        WHERE  NOT EXISTS (SELECT FROM audit AS kept
                           WHERE  kept.tenant_id = exported.tenant_id AND kept.at = exported.at AND kept.actor = exported.actor
                           AND    kept.action = exported.action AND kept.subject = exported.subject)
        ORDER  BY at
        """;
}
