-- due_at changes with every transition. While an index (or its predicate) named it, each of them had to write a new entry into
-- every index of the table; without, PostgreSQL keeps the versions of a running job on their page and touches none (HOT). The
-- unfinished jobs are few, because admission and replays bound them: whoever looks for due ones looks through all of those.
CREATE INDEX chat_job_open ON chat_job (tenant_id) WHERE finished_at IS NULL;
DROP INDEX chat_job_due;
DROP INDEX chat_job_unfinished;

-- Every job leaves one dead entry in that index when it ends: cleaned up often, or the look would slow down.
ALTER TABLE chat_job SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.05);
