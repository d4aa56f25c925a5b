-- A passage has a vector of each model that embedded it. While another model's vectors are computed, the earlier ones still serve. The
-- column has no length, because models differ. Half precision halves what a search reads; a normalized vector loses nothing that ranks.
CREATE TABLE passage_vector (
    tenant_id   text    NOT NULL,
    document_id uuid    NOT NULL REFERENCES document ON DELETE CASCADE,
    model       text    NOT NULL CHECK (model <> ''),
    passage_id  uuid    NOT NULL,
    vector      halfvec NOT NULL,
    -- A search names documents and a model. Begins with the document, so that deleting one finds its vectors.
    PRIMARY KEY (document_id, model, passage_id)
);

-- In the row and not beside it, because a search of a small tenant reads every one.
ALTER TABLE passage_vector ALTER COLUMN vector SET STORAGE MAIN;

-- As in 0011. The tables that are read and changed below have FORCE, which would hide all rows from an owner that is no superuser.
ALTER TABLE passage_vector ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON passage_vector
    USING (tenant_id = ANY ((SELECT string_to_array(current_setting('app.tenant_id', true), ','))::text[]));
GRANT SELECT, DELETE ON passage_vector TO navigator_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON passage_vector TO navigator_worker;
ALTER TABLE document NO FORCE ROW LEVEL SECURITY;
ALTER TABLE passage NO FORCE ROW LEVEL SECURITY;

INSERT INTO passage_vector (tenant_id, document_id, model, passage_id, vector)
SELECT passage.tenant_id, passage.document_id, document.embedding_model, passage.id, l2_normalize(passage.embedding)::halfvec
FROM   passage JOIN document ON document.id = passage.document_id
WHERE  passage.embedding IS NOT NULL AND document.embedding_model IS NOT NULL;

DROP INDEX passage_embedding;
ALTER TABLE passage DROP COLUMN embedding;

-- An HNSW index needs one length. Indexes for the lengths of the models that Navigator knows; vectors of any other length are compared
-- exactly.
CREATE INDEX passage_vector_384 ON passage_vector USING hnsw ((vector::halfvec(384)) halfvec_cosine_ops) WHERE vector_dims(vector) = 384;
CREATE INDEX passage_vector_1536 ON passage_vector USING hnsw ((vector::halfvec(1536)) halfvec_cosine_ops) WHERE vector_dims(vector) = 1536;

-- A document is found by its words as soon as its text is stored, while its vectors are computed.
ALTER TABLE document DROP CONSTRAINT known_status, DROP CONSTRAINT extracted_has_passages;
UPDATE document SET status = 'searchable' WHERE status = 'embedding';
ALTER TABLE document
    ADD CONSTRAINT known_status CHECK (status IN ('queued', 'extracting', 'searchable', 'ready', 'failed')),
    ADD CONSTRAINT extracted_has_passages CHECK (status NOT IN ('searchable', 'ready') OR passages > 0);

ALTER TABLE document FORCE ROW LEVEL SECURITY;
ALTER TABLE passage FORCE ROW LEVEL SECURITY;
ALTER TABLE passage_vector FORCE ROW LEVEL SECURITY;
