-- Originals are kept, so that a citation can open the page that it quotes; Ingestion:KeepOriginals turns that off. The bytes must be
-- there until the text is out, and afterwards they may be. Of a document that failed nothing is kept but its row.
ALTER TABLE document
    DROP CONSTRAINT content_until_extracted,
    ADD CONSTRAINT content_until_extracted CHECK (status NOT IN ('queued', 'extracting') OR content IS NOT NULL),
    ADD CONSTRAINT failed_has_no_content CHECK (status <> 'failed' OR content IS NULL);

-- A PDF is compressed already: a second time costs processor time and saves nothing. Text is the smaller part of what is kept.
ALTER TABLE document ALTER COLUMN content SET STORAGE EXTERNAL;
