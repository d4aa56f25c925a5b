using System.Runtime.InteropServices;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;
using static Navigator.Storage.Documents.SqliteDocumentRow;

namespace Navigator.Storage.Documents;

/// <summary>
/// Documents of embedded mode. The file has one writer, so no other change can alter a row between a change's read and its write.
/// </summary>
internal sealed class SqliteDocumentStore(SqliteDatabase database, VectorCache vectors) : IDocumentStore
{
    public async Task<(DocumentRecord Document, bool Accepted)> Add(
        NewDocument document, Func<DocumentRecord, DocumentChange?> whenKnown, CancellationToken token)
    {
        var (kept, accepted) = await database.Write(
            session =>
            {
                var known = session.One(
                    $"SELECT {Columns} FROM document WHERE tenant_id = $1 AND sha256 = $2", row => Read(row, session.Now),
                    document.Tenant, document.Sha256);
                if (known is null)
                    return (Insert(session, document), true);
                return whenKnown(known.Document) is { } change
                    ? (known with { Document = Save(session, known, change, document.Content) }, true)
                    : (known, false);
            },
            token);
        // The cache may hold vectors under this number from before the restart, or from a deleted document.
        if (accepted)
            vectors.Forget(kept.Number);
        return (kept.Document, accepted);
    }

    public Task<DocumentRecord?> Find(string tenant, Guid id, CancellationToken token) => database.Read(
        session => session.One(
            $"SELECT {Columns} FROM document WHERE tenant_id = $1 AND id = $2", row => Read(row, session.Now), tenant, id)?.Document,
        token);

    public Task<DocumentOriginal?> FindOriginal(string tenant, Guid id, CancellationToken token) => database.Read(
        session => session.One(
            """
            SELECT document.title, document.media_type, document.sha256, document.bytes
            FROM   document JOIN document_content ON document_content.document = document.number
            WHERE  document.tenant_id = $1 AND document.id = $2
            """,
            row => new DocumentOriginal(row.GetString(0), row.GetString(1), row.Bytes(2), row.GetInt64(3)), tenant, id),
        token);

    public Task<byte[]?> ReadOriginal(string tenant, Guid id, long first, int count, CancellationToken token) => database.Read(
        session => session.All(
            """
            SELECT document_content.document
            FROM   document JOIN document_content ON document_content.document = document.number
            WHERE  document.tenant_id = $1 AND document.id = $2
            """,
            row => row.GetInt64(0), tenant, id) is [var number]
            ? session.Part("document_content", "content", number, first, count)
            : null,
        token);

    public Task<IReadOnlyList<DocumentRecord>> List(string tenant, Guid? before, int limit, CancellationToken token) =>
        database.Read<IReadOnlyList<DocumentRecord>>(
            session => session.All(
                $"SELECT {Columns} FROM document WHERE tenant_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
                row => Read(row, session.Now).Document, tenant, before, limit),
            token);

    public async Task<bool> Delete(string tenant, Guid id, CancellationToken token)
    {
        var deleted = await database.Write(
            session =>
            {
                var numbers = session.All(
                    "DELETE FROM document WHERE tenant_id = $1 AND id = $2 RETURNING number", row => row.GetInt64(0), tenant, id);
                // Later jobs of the conversation go too: their plans may contain text of that answer.
                if (numbers.Count > 0)
                    session.Change(
                        """
                        DELETE FROM chat_job WHERE id IN
                            (SELECT later.id FROM job_citation
                             JOIN   chat_job AS cites ON cites.id = job_citation.job_id
                             JOIN   chat_job AS later ON later.tenant_id = cites.tenant_id AND later.conversation_id = cites.conversation_id
                                                     AND later.id >= cites.id
                             WHERE  job_citation.document_id = $2 AND cites.tenant_id = $1)
                        """,
                        tenant, id);
                return numbers;
            },
            token);
        deleted.ForEach(vectors.Forget);
        return deleted.Count > 0;
    }

    public async Task<int> DeleteFinished(TimeSpan age, int limit, CancellationToken token)
    {
        var deleted = await database.Write(
            session => session.All(
                """
                DELETE FROM document WHERE number IN (SELECT number FROM document WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)
                RETURNING number
                """,
                row => row.GetInt64(0), session.Now - age, limit),
            token);
        deleted.ForEach(vectors.Forget);
        return deleted.Count;
    }

    public Task<DocumentRecord?> Update(DocumentKey key, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token) =>
        Change(key, (session, row) => decide(row.Document) is { } change ? Save(session, row, change) : null, token);

    public Task<byte[]?> ReadContent(DocumentKey key, CancellationToken token) => database.Read(
        session => session.One(
            """
            SELECT document_content.content
            FROM   document JOIN document_content ON document_content.document = document.number
            WHERE  document.id = $1 AND document.attempt = $2 AND document.status = 'extracting' AND ($3 IS NULL OR document.tenant_id = $3)
            """,
            row => row.Bytes(0), key.Id, key.Attempt, key.Tenant),
        token);

    public Task<DocumentRecord?> StorePassages(
        DocumentKey key, IReadOnlyList<NewPassage> passages, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token)
    {
        // The terms of a long document take a while to weigh, so this happens before the write transaction.
        var postings = Posting.Weigh(passages.Select((passage, ordinal) => (ordinal, passage.Searchable())));
        // Sorted, because ids made within one millisecond have no order, and a document's passages are ordered by id.
        var ids = passages.Select(_ => Guid.CreateVersion7()).Order(UuidOrder.Instance).ToList();
        return Change(
            key,
            (session, row) =>
            {
                if (decide(row.Document) is not { } change)
                    return null;
                var document = Save(session, row, change);
                SqlitePassages.Delete(session, row.Number);
                for (var ordinal = 0; ordinal < passages.Count; ordinal++)
                {
                    var passage = passages[ordinal];
                    session.Change(
                        "INSERT INTO passage (id, document, ordinal, page, headings, text) VALUES ($1, $2, $3, $4, $5, $6)",
                        ids[ordinal], row.Number, ordinal, passage.Page, StoredJson.Write(passage.Headings), passage.Text);
                }
                foreach (var (term, weights) in postings)
                    session.Change("INSERT INTO posting (term, document, weights) VALUES ($1, $2, $3)", term, row.Number, weights);
                return document;
            },
            token);
    }

    public Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(
        DocumentKey key, string model, int first, int count, int limit, CancellationToken token) =>
        database.Read<IReadOnlyList<UnembeddedPassage>>(
            session => session.All(
                """
                SELECT passage.ordinal, passage.headings, passage.text
                FROM   document JOIN passage ON passage.document = document.number
                WHERE  document.id = $1 AND document.attempt = $2 AND document.status IN ('searchable', 'ready')
                AND    ($3 IS NULL OR document.tenant_id = $3)
                AND    passage.ordinal >= $4 AND passage.ordinal < $4 + $5
                AND    NOT EXISTS (SELECT 1 FROM passage_vector WHERE passage_vector.passage = passage.number AND passage_vector.model = $6)
                ORDER  BY passage.ordinal LIMIT $7
                """,
                row => new UnembeddedPassage(
                    row.GetInt32(0), new NewPassage(null, StoredJson.Read<string[]>(row.GetString(1)), row.GetString(2)).Searchable()),
                key.Id, key.Attempt, key.Tenant, first, count, model, limit),
            token);

    public Task<DocumentRecord?> StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        Func<DocumentRecord, int, DocumentChange?> decide, CancellationToken token) =>
        Change(
            key,
            (session, row) =>
            {
                var missing = session.All(
                    """
                    SELECT ordinal, number FROM passage
                    WHERE  document = $1 AND ordinal IN (SELECT value FROM json_each($2))
                    AND    NOT EXISTS (SELECT 1 FROM passage_vector WHERE passage_vector.passage = passage.number AND passage_vector.model = $3)
                    """,
                    found => (Ordinal: found.GetInt32(0), Number: found.GetInt64(1)), row.Number, StoredJson.Write(ordinals.ToArray()), model)
                    .ToDictionary(passage => passage.Ordinal, passage => passage.Number);
                var embedded = session.Number(
                    """
                    SELECT count(*) FROM passage JOIN passage_vector ON passage_vector.passage = passage.number
                    WHERE  passage.document = $1 AND passage_vector.model = $2
                    """,
                    row.Number, model);
                if (decide(row.Document, (int)embedded + missing.Count) is not { } change)
                    return null;
                for (var i = 0; i < ordinals.Count; i++)
                {
                    if (missing.Remove(ordinals[i], out var passage))
                        session.Change(
                            "INSERT INTO passage_vector (passage, model, vector) VALUES ($1, $2, $3)",
                            passage, model, MemoryMarshal.AsBytes(vectors[i].Span).ToArray());
                }
                return Save(session, row, change);
            },
            token);

    public Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token) =>
        database.Write<IReadOnlyList<DocumentRecord>>(
            session =>
            {
                var taken = session.All(
                    """
                    UPDATE document SET due_at = min($3, deadline_at)
                    WHERE  number IN (SELECT number FROM document WHERE due_at <= $2 ORDER BY due_at LIMIT $1)
                    RETURNING number
                    """,
                    row => row.GetInt64(0), limit, session.Now, session.Now + visibilityTimeout);
                return taken.Count == 0
                    ? []
                    : session.All(
                        $"SELECT {Columns} FROM document WHERE number IN (SELECT value FROM json_each($1))",
                        row => Read(row, session.Now).Document, StoredJson.Write(taken.ToArray()));
            },
            token);

    public Task<DocumentRecord?> TakeUnembedded(string model, TimeSpan visibilityTimeout, CancellationToken token) =>
        database.Write(
            session =>
            {
                var next = session.All(
                    """
                    WITH RECURSIVE list (models) AS (
                        SELECT min(embedded_by) FROM document WHERE status = 'ready'
                        UNION ALL
                        SELECT (SELECT min(embedded_by) FROM document WHERE status = 'ready' AND embedded_by > models)
                        FROM   list WHERE models IS NOT NULL)
                    SELECT number FROM list CROSS JOIN document INDEXED BY document_embedded_by ON embedded_by = models
                    WHERE  status = 'ready' AND NOT EXISTS (SELECT 1 FROM json_each(models) WHERE value = $1)
                    AND    (reembed_at IS NULL OR reembed_at <= $2)
                    LIMIT  1
                    """,
                    row => row.GetInt64(0), model, session.Now);
                if (next is not [var number])
                    return null;
                session.Change("UPDATE document SET reembed_at = $2 WHERE number = $1", number, session.Now + visibilityTimeout);
                return RowOf(session, number).Document;
            },
            token);

    /// <summary>Reads a document's row and lets <paramref name="change"/> write the consequences, in one transaction.</summary>
    private Task<DocumentRecord?> Change(DocumentKey key, Func<SqliteSession, SqliteDocumentRow, DocumentRecord?> change, CancellationToken token) =>
        database.Write(
            session => session.One(
                $"SELECT {Columns} FROM document WHERE id = $1 AND ($2 IS NULL OR tenant_id = $2)", row => Read(row, session.Now),
                key.Id, key.Tenant) is { } found
                ? change(session, found)
                : null,
            token);

    private static SqliteDocumentRow Insert(SqliteSession session, NewDocument document)
    {
        var dueIn = document.DueIn < document.Lifetime ? document.DueIn : document.Lifetime;
        var number = session.Number(
            """
            INSERT INTO document (id, tenant_id, title, media_type, bytes, sha256, status, attempt, embedded, version,
                                  created_at, deadline_at, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'queued', 1, 0, 1, $7, $8, $9)
            RETURNING number
            """,
            document.Id, document.Tenant, document.Title, document.MediaType, document.Content.Length, document.Sha256,
            session.Now, session.Now + document.Lifetime, session.Now + dueIn);
        session.Change("INSERT INTO document_content (document, content) VALUES ($1, $2)", number, document.Content);
        return RowOf(session, number);
    }

    private static SqliteDocumentRow RowOf(SqliteSession session, long number) =>
        session.One($"SELECT {Columns} FROM document WHERE number = $1", row => Read(row, session.Now), number)!;

    /// <summary>The one statement that writes a change of a row, with the deletions that belong to it.</summary>
    /// <param name="content">The bytes of a document that starts again; null: the stored bytes stay for as long as they are needed.</param>
    private static DocumentRecord Save(SqliteSession session, SqliteDocumentRow row, DocumentChange change, byte[]? content = null)
    {
        var to = change.WrittenAt(session.Now);
        session.Change(
            """
            UPDATE document
            SET    title = $2, media_type = $3, status = $4, attempt = $5, claimed_by = $6, pages = $7, passages = $8, embedded = $9,
                   embedding_model = $10, error_code = $11, error_message = $12, version = $13, finished_at = $14, deadline_at = $15, due_at = $16,
                   embedded_by = $17, reembed_at = NULL
            WHERE  number = $1
            """,
            row.Number, to.Title, to.MediaType, StoredJson.Name(to.Status), to.Attempt, to.ClaimedBy, to.Pages, to.Passages, to.Embedded,
            to.EmbeddingModel, to.Error?.Code, to.Error?.Message, to.Version, to.FinishedAt, to.DeadlineAt, to.DueAt,
            StoredJson.Write(to.EmbeddedBy.ToArray()));
        if (change.DropsContent)
            session.Change("DELETE FROM document_content WHERE document = $1", row.Number);
        else if (content is not null)
            session.Change("INSERT OR REPLACE INTO document_content (document, content) VALUES ($1, $2)", row.Number, content);
        if (change.DropsPassages)
            SqlitePassages.Delete(session, row.Number);
        return to;
    }
}
