CREATE EXTENSION IF NOT EXISTS vector;

-- An uploaded document and how far its ingestion is. Like chat_job, a row that is not finished is always due some time.
CREATE TABLE document (
    id              uuid        PRIMARY KEY,          -- UUIDv7
    tenant_id       text        NOT NULL,
    title           text        NOT NULL,
    media_type      text        NOT NULL,
    bytes           bigint      NOT NULL,
    sha256          bytea       NOT NULL,
    content         bytea,
    status          text        NOT NULL DEFAULT 'queued',
    attempt         integer     NOT NULL DEFAULT 1,
    claimed_by      text,
    pages           integer,
    passages        integer,
    embedded        integer     NOT NULL DEFAULT 0,
    embedding_model text,
    error_code      text,
    error_message   text,
    version         integer     NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    deadline_at     timestamptz NOT NULL,
    due_at          timestamptz,

    CONSTRAINT known_status CHECK (status IN ('queued', 'extracting', 'embedding', 'ready', 'failed')),
    CONSTRAINT finished_has_time CHECK ((status IN ('ready', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT unfinished_is_due CHECK ((finished_at IS NULL) = (due_at IS NOT NULL)),
    CONSTRAINT due_by_deadline CHECK (due_at <= deadline_at OR due_at IS NULL),
    CONSTRAINT failed_has_error CHECK ((status = 'failed') = (error_code IS NOT NULL) AND (error_code IS NULL) = (error_message IS NULL)),
    -- The bytes are kept only until their text is out: what nobody needs, nobody can leak.
    CONSTRAINT content_until_extracted CHECK ((status IN ('queued', 'extracting')) = (content IS NOT NULL)),
    CONSTRAINT extracted_has_passages CHECK (status NOT IN ('embedding', 'ready') OR passages > 0),
    CONSTRAINT ready_is_embedded CHECK (status <> 'ready' OR (embedded = passages AND embedding_model IS NOT NULL)),
    CONSTRAINT claim_is_extracting CHECK ((claimed_by IS NOT NULL) = (status = 'extracting'))
) WITH (fillfactor = 70);

-- The same bytes twice are the same document.
CREATE UNIQUE INDEX document_sha256 ON document (tenant_id, sha256);
CREATE INDEX document_tenant ON document (tenant_id, id DESC);
CREATE INDEX document_due ON document (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE passage (
    id          uuid     PRIMARY KEY,
    tenant_id   text     NOT NULL,
    document_id uuid     NOT NULL REFERENCES document ON DELETE CASCADE,
    ordinal     integer  NOT NULL,
    page        integer,
    headings    text[]   NOT NULL,
    text        text     NOT NULL CHECK (text <> ''),
    embedding   vector(1536),
    UNIQUE (document_id, ordinal)
);

-- A small tenant's passages are read behind this index and compared exactly: HNSW filters after its scan, so it would
-- find too few of them. A large tenant's are found through HNSW with iterative scans.
CREATE INDEX passage_tenant ON passage (tenant_id, document_id);
CREATE INDEX passage_embedding ON passage USING hnsw (embedding vector_cosine_ops);

-- The lexical leg: one row per term and passage, its weight the part of BM25 that does not depend on the question.
CREATE TABLE passage_term (
    tenant_id   text NOT NULL,
    term        text NOT NULL,
    passage_id  uuid NOT NULL,
    document_id uuid NOT NULL REFERENCES document ON DELETE CASCADE,
    weight      real NOT NULL,
    PRIMARY KEY (tenant_id, term, passage_id)
);
CREATE INDEX passage_term_document ON passage_term (document_id);
