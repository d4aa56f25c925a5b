-- Fair share: a job whose tenant had few others unfinished when it asked goes first at the broker, so that nobody waits for
-- somebody else's thousand.
ALTER TABLE chat_job ADD COLUMN express boolean NOT NULL DEFAULT false;

-- Counted with each submission, up to the bound: how many of its jobs a tenant has unfinished. What an operator replays is not
-- held against it.
CREATE INDEX chat_job_unfinished ON chat_job (tenant_id) WHERE due_at IS NOT NULL AND replay_id IS NULL;
