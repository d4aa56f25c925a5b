-- A job may call on its tools twice: the second wave's time counts from its own beginning.
ALTER TABLE chat_job ADD COLUMN wave_at timestamptz;

-- The jobs of a conversation take turns: whoever takes one looks for an earlier one that is unfinished, and whoever ends one for
-- the next. The index of the unfinished serves for that too; none of its columns changes with a transition.
CREATE INDEX chat_job_open_in_conversation ON chat_job (tenant_id, conversation_id, id) WHERE finished_at IS NULL;
DROP INDEX chat_job_open;
