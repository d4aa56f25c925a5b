-- A posting was a row with the ids of its tenant, document and passage. A question to a tenant with 100,000 passages joined and summed some
-- 200,000 of them, which took seconds. Now a row holds the postings of a term in up to 256 consecutive passages of a document, in the
-- format of the embedded file: the passage's ordinal (4 bytes) and the term's weight there (single precision, 4 bytes), little-endian.
CREATE TABLE posting (
    tenant_id     text    NOT NULL,
    term          text    NOT NULL,
    document_id   uuid    NOT NULL REFERENCES document ON DELETE CASCADE,
    first_ordinal integer NOT NULL,  -- of the passages that were stored together
    weights       bytea   NOT NULL,
    -- Contains the weights, so that a term's postings lie side by side: 3,200 rows are read from 300 pages and not from 3,200.
    PRIMARY KEY (tenant_id, term, document_id, first_ordinal) INCLUDE (weights)
);

-- In the row and as they are: at most 2 kB, and a search reads thousands.
ALTER TABLE posting ALTER COLUMN weights SET STORAGE PLAIN;

-- Deletes the postings of a document.
CREATE INDEX posting_document ON posting (document_id);

-- As in 0011. FORCE would hide all rows from an owner that is no superuser.
ALTER TABLE posting ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON posting
    USING (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_id', true), ','))::text[]));
GRANT SELECT, DELETE ON posting TO navigator_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON posting TO navigator_worker;
ALTER TABLE passage NO FORCE ROW LEVEL SECURITY;
ALTER TABLE passage_term NO FORCE ROW LEVEL SECURITY;

-- PostgreSQL sends numbers with the highest byte first.
CREATE FUNCTION pg_temp.lowest_first(number bytea) RETURNS bytea IMMUTABLE LANGUAGE sql
    AS $$ SELECT substring(number, 4, 1) || substring(number, 3, 1) || substring(number, 2, 1) || substring(number, 1, 1) $$;

INSERT INTO posting (tenant_id, term, document_id, first_ordinal, weights)
SELECT passage_term.tenant_id, passage_term.term, passage_term.document_id, passage.ordinal / 256 * 256,
       string_agg(pg_temp.lowest_first(int4send(passage.ordinal)) || pg_temp.lowest_first(float4send(passage_term.weight)), ''
           ORDER BY passage.ordinal)
FROM   passage_term JOIN passage ON passage.id = passage_term.passage_id
GROUP  BY passage_term.tenant_id, passage_term.term, passage_term.document_id, passage.ordinal / 256;

DROP FUNCTION pg_temp.lowest_first(bytea);
DROP TABLE passage_term;
ALTER TABLE passage FORCE ROW LEVEL SECURITY;
ALTER TABLE posting FORCE ROW LEVEL SECURITY;
