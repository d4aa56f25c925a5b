-- Who may use Navigator, and with which keys. Both are managed by whoever owns the schema (navigator tenants, navigator keys); the
-- running system reads a key through one function and a tenant's own row, and changes neither.
CREATE TABLE tenant (
    id             text        PRIMARY KEY,
    -- What a tenant's webhooks are signed with (HMAC-SHA256). Needed in clear to sign, so it is not hashed.
    webhook_secret bytea       NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),

    -- Names that begin with an underscore are the system's own. A comma would end a name in app.tenant_id.
    CONSTRAINT id_is_a_name CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    CONSTRAINT secret_is_long CHECK (length(webhook_secret) >= 24)
);

CREATE TABLE api_key (
    id            text        PRIMARY KEY,   -- the part of nav_<id>_<secret> that may be shown
    tenant_id     text        NOT NULL REFERENCES tenant ON DELETE CASCADE,
    secret_sha256 bytea       NOT NULL,
    scopes        text[]      NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz,               -- to the minute

    CONSTRAINT known_scopes CHECK (scopes <@ ARRAY['chat', 'documents', 'operate'] AND scopes <> '{}'),
    CONSTRAINT hash_is_sha256 CHECK (length(secret_sha256) = 32)
);
CREATE INDEX api_key_tenant ON api_key (tenant_id);

-- What operators and owners did that cannot be undone. Rows are added and never changed: the running system may only insert.
CREATE TABLE audit (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    tenant_id text        NOT NULL,
    actor     text        NOT NULL,          -- key:<id>, or owner:<database role>
    action    text        NOT NULL,          -- document.delete, conversation.delete, replay.create, key.create, …
    subject   text        NOT NULL           -- an id, never a person's text
);
CREATE INDEX audit_tenant ON audit (tenant_id, id DESC);

-- Whoever has used this database before there were tenants goes on under the same name.
INSERT INTO tenant (id, webhook_secret)
SELECT used.id, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
FROM   (SELECT tenant_id AS id FROM chat_job UNION SELECT tenant_id FROM document) AS used
WHERE  used.id ~ '^[a-z0-9][a-z0-9-]{0,62}$';
