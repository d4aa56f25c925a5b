-- navigator_lookup could read all of api_key, hashes included, though only two of its functions are about keys: a mistake in any of the
-- others could have given hashes away. Keys have a role of their own now, which runs these two functions and nothing else. The hash is
-- needed by find_api_key: an API process compares a presented key with it for as long as it believes what it read (five seconds), so
-- that a request costs no statement for its key.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'navigator_keys') THEN
        CREATE ROLE navigator_keys NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- roles belong to the server: the migration of another database was quicker
END $$;

CREATE POLICY look_up ON api_key FOR SELECT TO navigator_keys USING (true);
CREATE POLICY note_use ON api_key FOR UPDATE TO navigator_keys USING (true);
GRANT SELECT (id, tenant_id, secret_sha256, scopes, expires_at, revoked_at, last_used_at) ON api_key TO navigator_keys;
GRANT UPDATE (last_used_at) ON api_key TO navigator_keys;

DO $$
BEGIN
    -- As in 0011: who is no superuser may give a function only to a role that it can become, and that may create in the schema.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) THEN
        EXECUTE format('GRANT navigator_keys TO %I', CURRENT_USER);
    END IF;
    GRANT CREATE ON SCHEMA public TO navigator_keys;
    ALTER FUNCTION find_api_key(text) OWNER TO navigator_keys;
    ALTER FUNCTION note_api_key_used(text) OWNER TO navigator_keys;
    REVOKE CREATE ON SCHEMA public FROM navigator_keys;
END $$;

DROP POLICY lookup ON api_key;
DROP POLICY used ON api_key;
REVOKE ALL ON api_key FROM navigator_lookup;
