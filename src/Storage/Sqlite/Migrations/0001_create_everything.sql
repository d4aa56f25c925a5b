-- Everything that Navigator keeps when it runs in one process, in one file. Tables and columns are named as in PostgreSQL. Ids are text in
-- their usual spelling, which sorts as the ids do; times are microseconds since 1970; lists and records are JSON.

-- Who may use Navigator, and with which keys.
CREATE TABLE tenant (
    id             TEXT    PRIMARY KEY,
    webhook_secret BLOB    NOT NULL CHECK (length(webhook_secret) >= 24),
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE api_key (
    id            TEXT    PRIMARY KEY,
    tenant_id     TEXT    NOT NULL REFERENCES tenant ON DELETE CASCADE,
    secret_sha256 BLOB    NOT NULL CHECK (length(secret_sha256) = 32),
    scopes        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    revoked_at    INTEGER,
    last_used_at  INTEGER
) STRICT;
CREATE INDEX api_key_tenant ON api_key (tenant_id);

CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    tenant_id TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    subject   TEXT    NOT NULL
) STRICT;

-- The ledger: one row is one question, from acceptance to its one end.
CREATE TABLE chat_job (
    id              TEXT    PRIMARY KEY,
    tenant_id       TEXT    NOT NULL,
    conversation_id TEXT    NOT NULL,
    idempotency_key TEXT,
    request_hash    BLOB    NOT NULL,
    question        TEXT    NOT NULL CHECK (question <> ''),
    options         TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    stage           TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    first_attempt   INTEGER NOT NULL,
    held            INTEGER NOT NULL,
    claimed_by      TEXT,
    pending         TEXT    NOT NULL,
    plan            TEXT,
    tool_result     TEXT    NOT NULL,
    answer          TEXT,
    error_code      TEXT,
    error_message   TEXT,
    degraded        TEXT    NOT NULL,
    earlier_ends    TEXT    NOT NULL,
    replay_id       TEXT,
    version         INTEGER NOT NULL,
    accepted_at     INTEGER NOT NULL,
    queued_at       INTEGER NOT NULL,
    started_at      INTEGER,
    tools_at        INTEGER,
    wave_at         INTEGER,
    answer_at       INTEGER,
    finished_at     INTEGER,
    deadline_at     INTEGER NOT NULL,
    due_at          INTEGER,

    -- A finished job says when it ended. An unfinished one has a time at which the sweeper looks at it again.
    CHECK ((status IN ('queued', 'running')) = (finished_at IS NULL)),
    CHECK ((finished_at IS NULL) = (due_at IS NOT NULL)),
    CHECK (due_at <= deadline_at OR due_at IS NULL),
    CHECK ((status = 'answered') = (answer IS NOT NULL)),
    CHECK ((status IN ('refused', 'failed', 'expired')) = (error_code IS NOT NULL))
) STRICT;
CREATE INDEX chat_job_unfinished   ON chat_job (due_at) WHERE finished_at IS NULL;
CREATE INDEX chat_job_share        ON chat_job (tenant_id, id) WHERE finished_at IS NULL;
CREATE INDEX chat_job_tenant       ON chat_job (tenant_id, id);
CREATE INDEX chat_job_conversation ON chat_job (tenant_id, conversation_id, id);
CREATE INDEX chat_job_finished     ON chat_job (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX chat_job_replay       ON chat_job (replay_id) WHERE replay_id IS NOT NULL;
CREATE INDEX chat_job_replayable   ON chat_job (tenant_id, id) WHERE status IN ('queued', 'failed', 'expired');
CREATE UNIQUE INDEX chat_job_idempotency ON chat_job (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Which answers quote a document. Deleting the document deletes these answers.
CREATE TABLE job_citation (
    document_id TEXT NOT NULL,
    job_id      TEXT NOT NULL REFERENCES chat_job ON DELETE CASCADE,
    PRIMARY KEY (document_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_citation_job ON job_citation (job_id);

-- Who is to be told of a job's end, and how that is going.
CREATE TABLE webhook (
    job_id          TEXT    PRIMARY KEY REFERENCES chat_job ON DELETE CASCADE,
    tenant_id       TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    tries           INTEGER NOT NULL,
    told_end        INTEGER,
    response_status INTEGER,
    error           TEXT,
    delivered_at    INTEGER,
    due_at          INTEGER,

    -- waiting: the job has not ended. due: a message is on its way. sending: a worker has it. pending: tried, and to be tried again.
    CHECK (status IN ('waiting', 'due', 'sending', 'pending', 'delivered', 'failed')),
    CHECK ((status IN ('delivered', 'failed')) = (due_at IS NULL))
) STRICT;
CREATE INDEX webhook_due ON webhook (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_sending ON webhook (tenant_id) WHERE status = 'sending';

-- Uploaded documents and how far their ingestion is. The number is for tables that would be large with ids.
CREATE TABLE document (
    number          INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    tenant_id       TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    media_type      TEXT    NOT NULL,
    bytes           INTEGER NOT NULL,
    sha256          BLOB    NOT NULL,
    status          TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    claimed_by      TEXT,
    pages           INTEGER,
    passages        INTEGER,
    embedded        INTEGER NOT NULL,
    embedding_model TEXT,
    error_code      TEXT,
    error_message   TEXT,
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    deadline_at     INTEGER NOT NULL,
    due_at          INTEGER,

    CHECK ((status IN ('ready', 'failed')) = (finished_at IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (due_at IS NOT NULL)),
    CHECK (due_at <= deadline_at OR due_at IS NULL),
    CHECK ((status = 'failed') = (error_code IS NOT NULL)),
    UNIQUE (tenant_id, sha256)
) STRICT;
CREATE INDEX document_tenant   ON document (tenant_id, id);
CREATE INDEX document_due      ON document (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX document_finished ON document (finished_at) WHERE finished_at IS NOT NULL;

-- The bytes, in a table of their own: reading a document's row does not read past them.
CREATE TABLE document_content (
    document INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
    content  BLOB    NOT NULL
) STRICT;

CREATE TABLE passage (
    number   INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    ordinal  INTEGER NOT NULL,
    page     INTEGER,
    headings TEXT    NOT NULL,
    text     TEXT    NOT NULL CHECK (text <> ''),
    UNIQUE (document, ordinal)
) STRICT;

-- float[] in little-endian single precision.
CREATE TABLE passage_vector (
    passage INTEGER PRIMARY KEY REFERENCES passage ON DELETE CASCADE,
    vector  BLOB    NOT NULL
) STRICT;

-- The words: for each term of a document, in which of its passages it stands (ordinal, 4 bytes) and what it weighs there (single
-- precision, 4 bytes): the part of BM25 that does not depend on the question.
CREATE TABLE posting (
    term     TEXT    NOT NULL,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    weights  BLOB    NOT NULL,
    PRIMARY KEY (term, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_document ON posting (document);

CREATE TABLE replay (
    id              TEXT    PRIMARY KEY,
    tenant_id       TEXT    NOT NULL,
    filter          TEXT    NOT NULL,
    rate_per_second REAL    NOT NULL CHECK (rate_per_second > 0),
    max_jobs        INTEGER NOT NULL,
    status          TEXT    NOT NULL,
    matched         INTEGER NOT NULL,
    replayed        INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    cursor_id       TEXT    NOT NULL,
    held_back       INTEGER NOT NULL,
    paced_until     INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    due_at          INTEGER,

    CHECK (status IN ('running', 'paused', 'finished', 'cancelled')),
    CHECK ((status IN ('finished', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'running') = (due_at IS NOT NULL))
) STRICT;
CREATE INDEX replay_due    ON replay (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX replay_tenant ON replay (tenant_id, id);

-- When the next turn of an upstream would come if everybody kept to the pace (generic cell rate algorithm).
CREATE TABLE rate_limit (
    name TEXT    PRIMARY KEY,
    tat  INTEGER NOT NULL
) STRICT;
