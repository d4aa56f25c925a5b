-- Where the planner knows nothing yet, in the first minute of a new database, all ways cost the same, and it took the index that
-- begins with the tenant to find the place of one vector: storing it read all passages of the document. Now that index leads there.
DROP INDEX passage_tenant;
CREATE INDEX passage_tenant ON passage (tenant_id, document_id, ordinal);
