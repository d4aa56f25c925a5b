-- Which models have embedded all passages of a document, in alphabetical order. Vectors of several models stay side by side: a process adds
-- those of its own model and deletes none. reembed_at says until when a document that a worker embeds again is left alone by others.
ALTER TABLE document
    ADD COLUMN embedded_by text[] NOT NULL DEFAULT '{}',
    ADD COLUMN reembed_at timestamptz;

-- When a process last used a model. A model belongs to no tenant.
CREATE TABLE embedding_model (
    name    text        PRIMARY KEY CHECK (name <> ''),
    used_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON embedding_model TO navigator_worker;

-- FORCE would hide all rows from an owner that is no superuser.
ALTER TABLE document NO FORCE ROW LEVEL SECURITY;
UPDATE document SET embedded_by = ARRAY[embedding_model] WHERE status = 'ready';
INSERT INTO embedding_model (name, used_at) SELECT embedding_model, max(finished_at) FROM document WHERE status = 'ready' GROUP BY embedding_model;
ALTER TABLE document FORCE ROW LEVEL SECURITY;

-- Few lists of models differ, so that the documents without a model are found by their lists, and no other document is read.
CREATE INDEX document_embedded_by ON document (embedded_by, id) WHERE status = 'ready';
GRANT SELECT (status, embedded_by, reembed_at) ON document TO navigator_lookup;

CREATE FUNCTION documents_to_embed(model text, at_most integer) RETURNS TABLE (tenant_id text, id uuid)
    STABLE SECURITY DEFINER LANGUAGE plpgsql SET search_path = public, pg_temp
    AS $$ BEGIN RETURN QUERY
        WITH RECURSIVE list (models) AS (
            SELECT min(document.embedded_by) FROM document WHERE document.status = 'ready'
            UNION ALL
            SELECT (SELECT min(document.embedded_by) FROM document WHERE document.status = 'ready' AND document.embedded_by > list.models)
            FROM   list WHERE list.models IS NOT NULL)
        SELECT missing.tenant_id, missing.id
        FROM   list CROSS JOIN LATERAL (
            -- The limit keeps the planner from a hash join, which would read the index to its end.
            SELECT document.tenant_id, document.id
            FROM   document
            WHERE  document.status = 'ready' AND document.embedded_by = list.models
            AND    (document.reembed_at IS NULL OR document.reembed_at <= now())
            LIMIT  at_most) AS missing
        WHERE  NOT model = ANY (list.models)
        LIMIT  at_most;
    END $$;

DO $$
BEGIN
    -- As in 0011 and 0019.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) THEN
        EXECUTE format('GRANT navigator_lookup TO %I', CURRENT_USER);
    END IF;
    GRANT CREATE ON SCHEMA public TO navigator_lookup;
    REVOKE ALL ON FUNCTION documents_to_embed(text, integer) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION documents_to_embed(text, integer) TO navigator_worker;
    ALTER FUNCTION documents_to_embed(text, integer) OWNER TO navigator_lookup;
    REVOKE CREATE ON SCHEMA public FROM navigator_lookup;
END $$;
