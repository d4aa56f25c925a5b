-- The ledger: one row is one question, from acceptance to its one end. It is also the outbox (a row that was committed
-- but never sent is found by due_at) and the meeting point of tools that work in parallel.
CREATE TABLE chat_job (
    id              uuid        PRIMARY KEY,          -- UUIDv7: newest first is id DESC
    tenant_id       text        NOT NULL,
    conversation_id text        NOT NULL,
    idempotency_key text,
    request_hash    bytea       NOT NULL,
    question        text        NOT NULL,
    options         jsonb       NOT NULL,
    status          text        NOT NULL DEFAULT 'queued',
    stage           text        NOT NULL DEFAULT 'intake',
    attempt         integer     NOT NULL DEFAULT 1,
    claimed_by      text,
    pending         text[]      NOT NULL DEFAULT '{}',
    plan            jsonb,
    tool_result     jsonb       NOT NULL DEFAULT '{}',
    answer          jsonb,
    error_code      text,
    error_message   text,
    degraded        text[]      NOT NULL DEFAULT '{}',
    version         integer     NOT NULL DEFAULT 1,
    accepted_at     timestamptz NOT NULL DEFAULT now(),
    started_at      timestamptz,
    tools_at        timestamptz,
    answer_at       timestamptz,
    finished_at     timestamptz,
    deadline_at     timestamptz NOT NULL,
    due_at          timestamptz,

    CONSTRAINT known_status CHECK (status IN ('queued', 'running', 'answered', 'refused', 'failed', 'expired', 'cancelled')),
    CONSTRAINT known_stage  CHECK (stage IN ('intake', 'tools', 'answer')),
    CONSTRAINT attempts_count_from_one CHECK (attempt >= 1),
    CONSTRAINT question_not_empty CHECK (question <> ''),
    -- A finished job always says when, so that nobody ever polls a "done" without a time.
    CONSTRAINT finished_has_time CHECK ((status IN ('answered', 'refused', 'failed', 'expired', 'cancelled')) = (finished_at IS NOT NULL)),
    -- An unfinished job always has somebody who looks again: this is what makes "nothing hangs" true.
    CONSTRAINT unfinished_is_due CHECK ((finished_at IS NULL) = (due_at IS NOT NULL)),
    CONSTRAINT due_by_deadline CHECK (due_at <= deadline_at OR due_at IS NULL),
    CONSTRAINT answered_has_answer CHECK ((status = 'answered') = (answer IS NOT NULL)),
    CONSTRAINT error_has_both_parts CHECK ((error_code IS NULL) = (error_message IS NULL)),
    CONSTRAINT ended_badly_has_error CHECK ((status IN ('refused', 'failed', 'expired')) = (error_code IS NOT NULL)),
    -- Tools are waited for in their stage only, and a running one waits for at least one.
    CONSTRAINT pending_in_tools CHECK (pending = '{}' OR stage = 'tools'),
    CONSTRAINT tools_have_pending CHECK (stage <> 'tools' OR status <> 'running' OR pending <> '{}'),
    CONSTRAINT known_pending CHECK (pending <@ ARRAY['documents', 'web_search']),
    CONSTRAINT planned_has_plan CHECK (stage = 'intake' OR plan IS NOT NULL),
    CONSTRAINT running_has_started CHECK (status <> 'running' OR started_at IS NOT NULL),
    -- Only a running job is some worker's.
    CONSTRAINT claim_is_running CHECK (claimed_by IS NULL OR status = 'running')
) WITH (fillfactor = 70);  -- room for the row's next versions on its own page

CREATE INDEX chat_job_due          ON chat_job (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX chat_job_tenant       ON chat_job (tenant_id, id DESC);
CREATE INDEX chat_job_conversation ON chat_job (tenant_id, conversation_id, id DESC);
CREATE INDEX chat_job_finished     ON chat_job (finished_at) WHERE finished_at IS NOT NULL;
-- Two submissions of one key at once: one inserts, the other finds its row.
CREATE UNIQUE INDEX chat_job_idempotency ON chat_job (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
