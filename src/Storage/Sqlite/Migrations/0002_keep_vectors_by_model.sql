-- A passage has a vector of each model that embedded it. While another model's vectors are computed, the earlier ones still serve.
-- float[] in little-endian single precision, as long as the model makes them.
ALTER TABLE passage_vector RENAME TO earlier_vector;
CREATE TABLE passage_vector (
    passage INTEGER NOT NULL REFERENCES passage ON DELETE CASCADE,
    model   TEXT    NOT NULL CHECK (model <> ''),
    vector  BLOB    NOT NULL,
    PRIMARY KEY (passage, model)
) STRICT;

INSERT INTO passage_vector (passage, model, vector)
SELECT earlier_vector.passage, document.embedding_model, earlier_vector.vector
FROM   earlier_vector
JOIN   passage ON passage.number = earlier_vector.passage
JOIN   document ON document.number = passage.document
WHERE  document.embedding_model IS NOT NULL;
DROP TABLE earlier_vector;

-- A document is found by its words as soon as its text is stored, while its vectors are computed.
UPDATE document SET status = 'searchable' WHERE status = 'embedding';
