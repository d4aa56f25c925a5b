-- A job that failed or expired may be asked again: it is queued once more under the next attempt, and remembers how it ended
-- before. Lost workers are counted from first_attempt, time from queued_at.
ALTER TABLE chat_job
    ADD COLUMN queued_at     timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN first_attempt integer     NOT NULL DEFAULT 1,
    ADD COLUMN earlier_ends  jsonb       NOT NULL DEFAULT '[]',
    ADD COLUMN replay_id     uuid;
UPDATE chat_job SET queued_at = accepted_at;
ALTER TABLE chat_job
    ADD CONSTRAINT first_attempt_came_before CHECK (first_attempt BETWEEN 1 AND attempt),
    ADD CONSTRAINT queued_before_deadline CHECK (queued_at <= deadline_at);

CREATE INDEX chat_job_replayable ON chat_job (tenant_id, id) WHERE status IN ('queued', 'failed', 'expired');
CREATE INDEX chat_job_replay     ON chat_job (replay_id) WHERE replay_id IS NOT NULL;

-- An operator's wish to ask many jobs again, or to send an error queue's messages again, and how far it has come. Its cursor
-- moves in the same statement as the jobs do: whoever is killed half-way, no job is replayed twice and none is left out.
CREATE TABLE replay (
    id              uuid        PRIMARY KEY,          -- UUIDv7
    tenant_id       text        NOT NULL,             -- whose jobs, and who may see it
    filter          jsonb       NOT NULL,
    rate_per_second real        NOT NULL,
    max_jobs        integer     NOT NULL,
    status          text        NOT NULL DEFAULT 'running',
    matched         integer     NOT NULL,
    replayed        integer     NOT NULL DEFAULT 0,
    skipped         integer     NOT NULL DEFAULT 0,
    cursor_id       uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    held_back       boolean     NOT NULL DEFAULT false,
    -- Up to when the rate is used up.
    paced_until     timestamptz NOT NULL DEFAULT now(),
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    due_at          timestamptz          DEFAULT now(),

    CONSTRAINT known_status CHECK (status IN ('running', 'paused', 'finished', 'cancelled')),
    CONSTRAINT finished_has_time CHECK ((status IN ('finished', 'cancelled')) = (finished_at IS NOT NULL)),
    CONSTRAINT running_is_due CHECK ((status = 'running') = (due_at IS NOT NULL)),
    CONSTRAINT rate_is_positive CHECK (rate_per_second > 0),
    CONSTRAINT counts_add_up CHECK (replayed >= 0 AND skipped >= 0 AND max_jobs > 0 AND matched >= 0)
);

CREATE INDEX replay_due    ON replay (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX replay_tenant ON replay (tenant_id, id DESC);
