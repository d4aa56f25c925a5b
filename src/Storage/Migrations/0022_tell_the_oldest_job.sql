-- The age of each tenant's oldest unfinished job, for the alert about late jobs. Replayed jobs wait for their turn on purpose.
GRANT SELECT (queued_at, replay_id) ON chat_job TO navigator_lookup;

-- The type of a function's rows cannot be changed.
DROP FUNCTION tenant_loads();
CREATE FUNCTION tenant_loads() RETURNS TABLE (unfinished integer, queued integer, held integer, oldest_age interval)
    STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN QUERY
              SELECT count(*)::int, (count(*) FILTER (WHERE job.status = 'queued'))::int, (count(*) FILTER (WHERE job.held))::int,
                     coalesce(now() - min(job.queued_at) FILTER (WHERE job.replay_id IS NULL), interval '0')
              FROM   chat_job AS job WHERE job.finished_at IS NULL GROUP BY job.tenant_id; END $$;

DO $$
BEGIN
    -- As in 0011 and 0019.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) THEN
        EXECUTE format('GRANT navigator_lookup TO %I', CURRENT_USER);
    END IF;
    GRANT CREATE ON SCHEMA public TO navigator_lookup;
    REVOKE ALL ON FUNCTION tenant_loads() FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION tenant_loads() TO navigator_api, navigator_worker;
    ALTER FUNCTION tenant_loads() OWNER TO navigator_lookup;
    REVOKE CREATE ON SCHEMA public FROM navigator_lookup;
END $$;
