-- The count that admission makes for every question. Where the planner knows nothing yet, in the first minute of a new database, it
-- took an index of all the tenant's jobs for it, and kept to that: a question cost as many rows as had ever been asked.
CREATE INDEX chat_job_unfinished ON chat_job (tenant_id) WHERE finished_at IS NULL AND replay_id IS NULL;

-- Planned once for each connection, and not at each call: whatever the ids, it is the primary key.
ALTER FUNCTION tenants_of_jobs(uuid[]) SET plan_cache_mode = force_generic_plan;
