-- Who is to be told of a job's end, and how that is going. Written with the job: due a moment after the job's deadline, so that the
-- end is told even when the message that says so was lost.
CREATE TABLE webhook (
    job_id          uuid        PRIMARY KEY REFERENCES chat_job ON DELETE CASCADE,
    tenant_id       text        NOT NULL,
    url             text        NOT NULL,
    status          text        NOT NULL DEFAULT 'waiting',
    attempt         integer     NOT NULL DEFAULT 0,   -- the fencing token: counts every delivery that was begun
    tries           integer     NOT NULL DEFAULT 0,   -- of those, the ones for this end of the job
    told_end        timestamptz,                      -- the end that they tell: a replayed job has another
    response_status integer,
    error           text,
    delivered_at    timestamptz,
    due_at          timestamptz,

    -- waiting: the job has not ended. due: a message is on its way. sending: a worker has it. pending: tried, and to be tried again.
    CONSTRAINT known_status CHECK (status IN ('waiting', 'due', 'sending', 'pending', 'delivered', 'failed')),
    CONSTRAINT unfinished_is_due CHECK ((status IN ('delivered', 'failed')) = (due_at IS NULL)),
    CONSTRAINT delivered_has_time CHECK (status <> 'delivered' OR delivered_at IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX webhook_due ON webhook (due_at) WHERE due_at IS NOT NULL;

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON webhook USING (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_id', true), ','))::text[]));
CREATE POLICY lookup ON webhook FOR SELECT TO navigator_lookup USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook TO navigator_api, navigator_worker;
GRANT SELECT (tenant_id, due_at) ON webhook TO navigator_lookup;

CREATE FUNCTION tenants_with_due_webhooks(at_most integer) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM (
              SELECT tenant_id FROM webhook WHERE due_at <= now() ORDER BY due_at LIMIT at_most) AS due); END $$;
REVOKE ALL ON FUNCTION tenants_with_due_webhooks(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_due_webhooks(integer) TO navigator_api, navigator_worker;
GRANT CREATE ON SCHEMA public TO navigator_lookup;
ALTER FUNCTION tenants_with_due_webhooks(integer) OWNER TO navigator_lookup;
REVOKE CREATE ON SCHEMA public FROM navigator_lookup;
