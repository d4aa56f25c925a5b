-- Every statement sees the rows of the tenants named in app.tenant_id (local to its transaction) and no others; none named, no rows.
-- The running system logs in as a member of navigator_api or navigator_worker, which own nothing and cannot bypass this. Whoever
-- applies the migrations owns the tables, and is held to the same policies (FORCE) unless it is a superuser.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['navigator_api', 'navigator_worker', 'navigator_lookup'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- roles belong to the server: the migration of another database was quicker
        END;
    END LOOP;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['chat_job', 'document', 'passage', 'passage_term', 'replay'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        -- In a subquery of its own, which is computed once per statement and not once per row.
        EXECUTE format(
            'CREATE POLICY own_rows ON %I USING (tenant_id = ANY ((SELECT string_to_array(current_setting(''app.tenant_id'', true), '',''))::text[]))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['tenant', 'api_key', 'audit'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY by_owner ON %I TO CURRENT_USER USING (true)', name);
    END LOOP;
END $$;

CREATE POLICY own_row ON tenant FOR SELECT TO navigator_worker
    USING (id = ANY ((SELECT string_to_array(current_setting('app.tenant_id', true), ','))::text[]));
CREATE POLICY add_own ON audit FOR INSERT TO navigator_api, navigator_worker
    WITH CHECK (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_id', true), ','))::text[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON chat_job, document, replay, process TO navigator_api, navigator_worker;
GRANT SELECT, DELETE ON passage, passage_term TO navigator_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON passage, passage_term, rate_limit TO navigator_worker;
GRANT SELECT ON rate_limit TO navigator_api;
GRANT SELECT ON schema_migration TO navigator_api, navigator_worker;
GRANT SELECT (id, webhook_secret) ON tenant TO navigator_worker;
GRANT INSERT (tenant_id, actor, action, subject) ON audit TO navigator_api, navigator_worker;

-- Some things must be known before a tenant is: whose a message's job is, who has something due, whose a key is. Each is answered by
-- one function, which says that and no more. They run as navigator_lookup, whose rights are these columns. In PL/pgSQL, which keeps a plan for the
-- session; in SQL each call would be planned anew.
CREATE POLICY lookup ON chat_job FOR SELECT TO navigator_lookup USING (true);
CREATE POLICY lookup ON document FOR SELECT TO navigator_lookup USING (true);
CREATE POLICY lookup ON replay   FOR SELECT TO navigator_lookup USING (true);
CREATE POLICY lookup ON api_key  FOR SELECT TO navigator_lookup USING (true);
CREATE POLICY used   ON api_key  FOR UPDATE TO navigator_lookup USING (true);
GRANT SELECT (id, tenant_id, due_at, finished_at) ON chat_job, document, replay TO navigator_lookup;
GRANT SELECT ON api_key TO navigator_lookup;
GRANT UPDATE (last_used_at) ON api_key TO navigator_lookup;

CREATE FUNCTION tenants_of_jobs(ids uuid[]) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM chat_job WHERE id = ANY (ids)); END $$;

CREATE FUNCTION tenants_of_document(wanted uuid) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(tenant_id, ','), '') FROM document WHERE id = wanted); END $$;

CREATE FUNCTION tenants_with_due_jobs(at_most integer) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM (
              SELECT tenant_id FROM chat_job WHERE finished_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT at_most) AS due); END $$;

CREATE FUNCTION tenants_with_due_documents(at_most integer) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM (
              SELECT tenant_id FROM document WHERE due_at <= now() ORDER BY due_at LIMIT at_most) AS due); END $$;

CREATE FUNCTION tenants_with_due_replays() RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM replay WHERE due_at <= now()); END $$;

CREATE FUNCTION tenants_with_old_jobs(age interval, at_most integer) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM (
              SELECT tenant_id FROM chat_job WHERE finished_at < now() - age ORDER BY finished_at LIMIT at_most) AS old); END $$;

CREATE FUNCTION tenants_with_old_documents(age interval, at_most integer) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM (
              SELECT tenant_id FROM document WHERE finished_at < now() - age ORDER BY finished_at LIMIT at_most) AS old); END $$;

CREATE FUNCTION tenants_with_old_replays(age interval) RETURNS text STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT coalesce(string_agg(DISTINCT tenant_id, ','), '') FROM replay WHERE finished_at < now() - age); END $$;

CREATE FUNCTION count_finished_jobs(within interval) RETURNS integer STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT count(*)::int FROM chat_job WHERE finished_at > now() - within); END $$;

CREATE FUNCTION count_unfinished_jobs(at_most integer) RETURNS integer STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN (SELECT count(*)::int FROM (SELECT FROM chat_job WHERE finished_at IS NULL LIMIT at_most) AS unfinished); END $$;

CREATE FUNCTION find_api_key(wanted text) RETURNS TABLE (tenant_id text, secret_sha256 bytea, scopes text[], expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz, read_at timestamptz)
    STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN QUERY SELECT key.tenant_id, key.secret_sha256, key.scopes, key.expires_at, key.revoked_at, key.last_used_at, now() FROM api_key AS key WHERE key.id = wanted; END $$;

CREATE FUNCTION note_api_key_used(used text) RETURNS void SECURITY DEFINER LANGUAGE sql SET search_path = public, pg_temp
    AS $$ UPDATE api_key SET last_used_at = now() WHERE id = used $$;

DO $$
DECLARE
    function text;
BEGIN
    -- Who is no superuser may give a function only to a role that it can become, and that may create in the schema.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) THEN
        EXECUTE format('GRANT navigator_lookup TO %I', CURRENT_USER);
    END IF;
    GRANT CREATE ON SCHEMA public TO navigator_lookup;
    FOREACH function IN ARRAY ARRAY[
        'tenants_of_jobs(uuid[])', 'tenants_of_document(uuid)', 'tenants_with_due_jobs(integer)', 'tenants_with_due_documents(integer)',
        'tenants_with_due_replays()', 'tenants_with_old_jobs(interval, integer)', 'tenants_with_old_documents(interval, integer)',
        'tenants_with_old_replays(interval)', 'count_finished_jobs(interval)', 'count_unfinished_jobs(integer)', 'find_api_key(text)', 'note_api_key_used(text)']
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', function);
        EXECUTE format(
            'GRANT EXECUTE ON FUNCTION %s TO %s', function,
            -- Only who works on a message asks whose its job is; only who is asked with a key asks whose that is.
            CASE WHEN function LIKE 'tenants\_of\_%' THEN 'navigator_worker' WHEN function LIKE '%api\_key%' THEN 'navigator_api' ELSE 'navigator_api, navigator_worker' END);
        EXECUTE format('ALTER FUNCTION %s OWNER TO navigator_lookup', function);
    END LOOP;
    REVOKE CREATE ON SCHEMA public FROM navigator_lookup;
END $$;
