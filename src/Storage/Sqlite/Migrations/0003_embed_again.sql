-- Which models have embedded all passages of a document, in alphabetical order. Vectors of several models stay side by side: a process adds
-- those of its own model and deletes none. reembed_at says until when a document that is embedded again is left alone.
ALTER TABLE document ADD COLUMN embedded_by TEXT NOT NULL DEFAULT '[]';
ALTER TABLE document ADD COLUMN reembed_at INTEGER;
UPDATE document SET embedded_by = json_array(embedding_model) WHERE status = 'ready';

-- Few lists of models differ, so that the documents without a model are found by their lists, and no other document is read.
CREATE INDEX document_embedded_by ON document (embedded_by) WHERE status = 'ready';
CREATE INDEX document_reembed ON document (reembed_at) WHERE reembed_at IS NOT NULL;

-- When a process last used a model.
CREATE TABLE embedding_model (
    name    TEXT    PRIMARY KEY CHECK (name <> ''),
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO embedding_model (name, used_at) SELECT embedding_model, max(finished_at) FROM document WHERE status = 'ready' GROUP BY embedding_model;
