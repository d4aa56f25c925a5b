-- What each process says of its limits, every other second, so that any API can show those of all of them. Nothing depends on
-- it, so it need not survive a crash.
CREATE UNLOGGED TABLE process (
    name    text        PRIMARY KEY,   -- machine:process id, as in claimed_by
    role    text        NOT NULL,
    seen_at timestamptz NOT NULL,
    report  jsonb       NOT NULL
);
