-- Rate limits that hold for all workers together (generic cell rate algorithm): one row per upstream, on the database's clock.
-- The row says when the upstream will have digested everything that was let through so far: its theoretical arrival time.
CREATE TABLE rate_limit (
    name text        PRIMARY KEY,
    tat  timestamptz NOT NULL
) WITH (fillfactor = 20);  -- one small row, rewritten at every call: room for its versions on its own page
