-- Fair share: a job is held, which is not sent to a worker, while its tenant has as many under way as it may. A tenant's thousand
-- questions wait here and not in the broker's queues, where other tenants' would wait behind them. No index: every index on a
-- column that changes costs each change of the row an entry in all of them, and the unfinished jobs are few.
ALTER TABLE chat_job ADD COLUMN held boolean NOT NULL DEFAULT false, DROP COLUMN express;

GRANT SELECT (status, held) ON chat_job TO navigator_lookup;

-- How much each tenant has unfinished, without its name.
CREATE FUNCTION tenant_loads() RETURNS TABLE (unfinished integer, queued integer, held integer)
    STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN QUERY
              SELECT count(*)::int, (count(*) FILTER (WHERE job.status = 'queued'))::int, (count(*) FILTER (WHERE job.held))::int
              FROM   chat_job AS job WHERE job.finished_at IS NULL GROUP BY job.tenant_id; END $$;

CREATE FUNCTION tenants_with_held_jobs() RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM chat_job WHERE finished_at IS NULL AND held); END $$;

REVOKE ALL ON FUNCTION tenant_loads(), tenants_with_held_jobs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_loads(), tenants_with_held_jobs() TO navigator_api, navigator_worker;
GRANT CREATE ON SCHEMA public TO navigator_lookup;
ALTER FUNCTION tenant_loads() OWNER TO navigator_lookup;
ALTER FUNCTION tenants_with_held_jobs() OWNER TO navigator_lookup;
REVOKE CREATE ON SCHEMA public FROM navigator_lookup;
