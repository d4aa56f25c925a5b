-- The program decides which tools exist, so that a new tool needs no change of the schema. The check only rejects text that cannot be a
-- tool's name. All other rules are unchanged.
CREATE OR REPLACE FUNCTION chat_job_is_sound(
    status text, stage text, first_attempt integer, attempt integer, question text, pending text[], plan jsonb, answer jsonb, error_code text,
    error_message text, claimed_by text, queued_at timestamptz, started_at timestamptz, finished_at timestamptz, deadline_at timestamptz, due_at timestamptz)
RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    running  boolean := status = 'running';
    finished boolean := finished_at IS NOT NULL;
    broken   text;
BEGIN
    broken := CASE
        WHEN status NOT IN ('queued', 'running', 'answered', 'refused', 'failed', 'expired', 'cancelled') THEN 'known_status'
        WHEN stage NOT IN ('intake', 'tools', 'answer') THEN 'known_stage'
        WHEN attempt < 1 THEN 'attempts_count_from_one'
        WHEN first_attempt NOT BETWEEN 1 AND attempt THEN 'first_attempt_came_before'
        WHEN question = '' THEN 'question_not_empty'
        -- A finished job has its time of finishing, so that a caller never reads an end without a time.
        WHEN (status NOT IN ('queued', 'running')) <> finished THEN 'finished_has_time'
        -- An unfinished job is always due at some time, so that the sweeper finds it: no job can hang.
        WHEN finished = (due_at IS NOT NULL) THEN 'unfinished_is_due'
        WHEN due_at > deadline_at THEN 'due_by_deadline'
        WHEN queued_at > deadline_at THEN 'queued_before_deadline'
        WHEN (status = 'answered') <> (answer IS NOT NULL) THEN 'answered_has_answer'
        WHEN (error_code IS NULL) <> (error_message IS NULL) THEN 'error_has_both_parts'
        WHEN (status IN ('refused', 'failed', 'expired')) <> (error_code IS NOT NULL) THEN 'ended_badly_has_error'
        -- A job waits for tools in the stage of tools only, and a running job in that stage waits for at least one.
        WHEN pending <> '{}' AND stage <> 'tools' THEN 'pending_in_tools'
        WHEN stage = 'tools' AND running AND pending = '{}' THEN 'tools_have_pending'
        WHEN pending <> '{}' AND array_to_string(pending, ' ', '') !~ '^[a-z][a-z0-9_]*( [a-z][a-z0-9_]*)*$' THEN 'named_pending'
        WHEN stage <> 'intake' AND plan IS NULL THEN 'planned_has_plan'
        WHEN running AND started_at IS NULL THEN 'running_has_started'
        -- Only a running job is claimed by a worker.
        WHEN claimed_by IS NOT NULL AND NOT running THEN 'claim_is_running'
    END;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'new row for relation "chat_job" violates check constraint "%"', broken
            USING ERRCODE = 'check_violation', TABLE = 'chat_job', CONSTRAINT = broken;
    END IF;
    RETURN true;
END $$;
