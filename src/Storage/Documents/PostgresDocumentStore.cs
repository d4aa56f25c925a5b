using Navigator.Contracts.Http;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Documents;

/// <summary>Documents in PostgreSQL.</summary>
internal sealed class PostgresDocumentStore(NpgsqlDataSource database) : IDocumentStore
{
    private const string Columns =
        """
        id, tenant_id, title, media_type, bytes, status, attempt, claimed_by, pages, passages, embedded, embedding_model,
        error_code, error_message, version, created_at, finished_at, deadline_at, due_at, content IS NOT NULL, clock_timestamp(), embedded_by
        """;

    /// <summary>Limit for deleting a long document, or all answers of a tenant, which take much longer than other statements.</summary>
    private static readonly TimeSpan ErasurePatience = TimeSpan.FromSeconds(30);

    /// <summary>Documents that are looked up to take one of them, because other workers may be faster.</summary>
    private const int Candidates = 8;

    public async Task<(DocumentRecord Document, bool Accepted)> Add(
        NewDocument document, Func<DocumentRecord, DocumentChange?> whenKnown, CancellationToken token)
    {
        await using var insert = database.For(
            document.Tenant,
            $"""
            INSERT INTO document (id, tenant_id, title, media_type, bytes, sha256, content, deadline_at, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8, now() + least($8, $9))
            ON CONFLICT (tenant_id, sha256) DO NOTHING
            RETURNING {Columns}
            """);
        insert.With(document.Id).With(document.Tenant).With(document.Title).With(document.MediaType).With((long)document.Content.Length)
              .With(document.Sha256).With(document.Content).With(document.Lifetime).With(document.DueIn);
        if (await insert.One(Read, token) is { } added)
            return (added, true);

        await using var find = database.For(document.Tenant, $"SELECT {Columns} FROM document WHERE tenant_id = $1 AND sha256 = $2");
        var known = await find.With(document.Tenant).With(document.Sha256).One(Read, token)
            ?? throw new InvalidOperationException("The document was deleted while it was looked up.");
        var again = await Locked(
            DocumentKey.Of(known),
            async (connection, row) => whenKnown(row) is { } change ? await Save(connection, change, document.Content, token) : null, token);
        return (again ?? known, again is not null);
    }

    public async Task<DocumentRecord?> Find(string tenant, Guid id, CancellationToken token)
    {
        await using var command = database.For(tenant, $"SELECT {Columns} FROM document WHERE tenant_id = $1 AND id = $2");
        return await command.With(tenant).With(id).One(Read, token);
    }

    public async Task<DocumentOriginal?> FindOriginal(string tenant, Guid id, CancellationToken token)
    {
        await using var command = database.For(
            tenant, "SELECT title, media_type, sha256, bytes FROM document WHERE tenant_id = $1 AND id = $2 AND content IS NOT NULL");
        return await command.With(tenant).With(id).One(
            row => new DocumentOriginal(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3)), token);
    }

    /// <summary>The column is stored as it is, uncompressed, so that PostgreSQL reads no more of it than the part.</summary>
    public async Task<byte[]?> ReadOriginal(string tenant, Guid id, long first, int count, CancellationToken token)
    {
        await using var command = database.For(
            tenant, "SELECT substring(content FROM $3 FOR $4) FROM document WHERE tenant_id = $1 AND id = $2 AND content IS NOT NULL");
        return await command.With(tenant).With(id).With((int)first + 1).With(count).One(row => row.GetFieldValue<byte[]>(0), token);
    }

    public async Task<IReadOnlyList<DocumentRecord>> List(string tenant, Guid? before, int limit, CancellationToken token)
    {
        await using var command = database.For(tenant,
            $"SELECT {Columns} FROM document WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3");
        return await command.With(tenant).With(before, NpgsqlDbType.Uuid).With(limit).All(Read, token);
    }

    public async Task<bool> Delete(string tenant, Guid id, CancellationToken token)
    {
        await using var connection = await database.Open(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await connection.Enter(Scopes.Tenant(tenant), token, ErasurePatience);
        await using var document = connection.InSameScope("DELETE FROM document WHERE tenant_id = $1 AND id = $2").Within(ErasurePatience);
        if (await document.With(tenant).With(id).Change(token) == 0)
            return false;
        // A second statement with its own snapshot, because an answer that cites the document may have been written during the first.
        // Later jobs of the conversation go too: their plans may contain text of that answer.
        await using var answers = connection.InSameScope(
            """
            DELETE FROM chat_job WHERE tenant_id = $1 AND id IN
                (SELECT later.id FROM chat_job AS cites
                 JOIN   chat_job AS later ON later.tenant_id = cites.tenant_id AND later.conversation_id = cites.conversation_id AND later.id >= cites.id
                 WHERE  cites.tenant_id = $1 AND cites.answer -> 'citations' @> jsonb_build_array(jsonb_build_object('document_id', $2::text)))
            """).Within(ErasurePatience);
        await answers.With(tenant).With(id.ToString()).Change(token);
        await transaction.CommitAsync(token);
        return true;
    }

    public async Task<int> DeleteFinished(TimeSpan age, int limit, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_with_old_documents", [age, limit],
            "DELETE FROM document WHERE id IN (SELECT id FROM document WHERE finished_at < now() - $1 ORDER BY finished_at LIMIT $2 FOR UPDATE "
                + "SKIP LOCKED)");
        return await command.With(age).With(limit).Change(token);
    }

    public Task<DocumentRecord?> Update(DocumentKey key, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token) =>
        Locked(key, async (connection, row) => decide(row) is { } change ? await Save(connection, change, null, token) : null, token);

    public async Task<byte[]?> ReadContent(DocumentKey key, CancellationToken token)
    {
        await using var command = For(key, "SELECT content FROM document WHERE id = $1 AND attempt = $2 AND status = 'extracting'");
        return await command.With(key.Id).With(key.Attempt).One(row => row.GetFieldValue<byte[]>(0), token);
    }

    public Task<DocumentRecord?> StorePassages(
        DocumentKey key, IReadOnlyList<NewPassage> passages, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token) =>
        Locked(
            key,
            async (connection, row) =>
            {
                if (decide(row) is not { } change)
                    return null;
                var document = await Save(connection, change, null, token);
                for (var first = 0; first < passages.Count; first += PostgresPassages.AtOnce)
                    await PostgresPassages.Insert(connection, document, first, passages.Skip(first).Take(PostgresPassages.AtOnce).ToList(), token);
                return document;
            },
            token);

    public async Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(
        DocumentKey key, string model, int first, int count, int limit, CancellationToken token)
    {
        await using var command = For(
            key,
            """
            SELECT passage.ordinal, passage.headings, passage.text
            FROM   passage JOIN document ON document.id = passage.document_id
            WHERE  document.id = $1 AND document.attempt = $2 AND document.status IN ('searchable', 'ready')
            AND    passage.ordinal >= $3 AND passage.ordinal < $3 + $4
            AND    NOT EXISTS (SELECT FROM passage_vector AS stored
                               WHERE  stored.document_id = $1 AND stored.model = $5 AND stored.passage_id = passage.id)
            ORDER  BY passage.ordinal LIMIT $6
            """);
        return await command.With(key.Id).With(key.Attempt).With(first).With(count).With(model).With(limit).All(
            row => new UnembeddedPassage(row.GetInt32(0), new NewPassage(null, row.GetFieldValue<string[]>(1), row.GetString(2)).Searchable()),
            token);
    }

    public Task<DocumentRecord?> StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        Func<DocumentRecord, int, DocumentChange?> decide, CancellationToken token) =>
        Locked(
            key,
            async (connection, row) =>
            {
                var embedded = await PostgresPassages.StoreVectors(connection, key.Id, model, ordinals, vectors, token);
                // The decision depends on how many vectors are stored. Without a change nothing is committed.
                return decide(row, embedded) is { } change ? await Save(connection, change, null, token) : null;
            },
            token);

    public async Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_with_due_documents", [limit],
            $"""
            UPDATE document SET due_at = least(now() + $2, deadline_at)
            WHERE  id IN (SELECT id FROM document WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}
            """);
        return await command.With(limit).With(visibilityTimeout).All(Read, token);
    }

    public async Task<DocumentRecord?> TakeUnembedded(string model, TimeSpan visibilityTimeout, CancellationToken token)
    {
        await using var find = database.WithoutTenant("SELECT tenant_id, id FROM documents_to_embed($1, $2)");
        foreach (var (tenant, id) in await find.With(model).With(Candidates).All(row => (row.GetString(0), row.GetGuid(1)), token))
        {
            await using var take = database.For(
                tenant,
                $"""
                UPDATE document SET reembed_at = now() + $3
                WHERE  id = $1 AND status = 'ready' AND NOT $2 = ANY (embedded_by) AND (reembed_at IS NULL OR reembed_at <= now())
                RETURNING {Columns}
                """);
            if (await take.With(id).With(model).With(visibilityTimeout).One(Read, token) is { } taken)
                return taken;
        }
        return null;
    }

    /// <summary>
    /// Locks the row first, so that the parallel messages of one document wait for each other. Commits if <paramref name="change"/> returns a row.
    /// </summary>
    private async Task<DocumentRecord?> Locked(
        DocumentKey key, Func<NpgsqlConnection, DocumentRecord, Task<DocumentRecord?>> change, CancellationToken token)
    {
        await using var connection = await database.Open(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var scope = key.Tenant is { } tenant ? Scopes.Tenant(tenant) : Scopes.Named("tenants_of_document", key.Id);
        await using var find = new Statement(connection.CreateBatch(), scope, $"SELECT {Columns} FROM document WHERE id = $1 FOR UPDATE");
        if (await find.With(key.Id).One(Read, token) is not { } row || await change(connection, row) is not { } written)
            return null;
        await transaction.CommitAsync(token);
        return written;
    }

    /// <summary>The one statement that writes a change of a locked row.</summary>
    /// <param name="content">The bytes of a document that starts again; null: the stored bytes stay for as long as they are needed.</param>
    private static async Task<DocumentRecord> Save(NpgsqlConnection connection, DocumentChange change, byte[]? content, CancellationToken token)
    {
        if (change.DropsPassages)
            await PostgresPassages.Delete(connection, change.To.Id, token);
        await using var update = connection.InSameScope(
            $"""
            UPDATE document
            SET    title = $2, media_type = $3, status = $4, attempt = $5, claimed_by = $6, pages = $7, passages = $8, embedded = $9,
                   embedding_model = $10, error_code = $11, error_message = $12, version = version + 1, embedded_by = $18, reembed_at = NULL,
                   content     = CASE WHEN $13 THEN NULL ELSE coalesce($14, content) END,
                   finished_at = CASE WHEN $15 THEN now() WHEN $4 IN ('ready', 'failed') THEN finished_at END,
                   deadline_at = coalesce(now() + $16, deadline_at),
                   due_at      = CASE WHEN $15 THEN NULL WHEN $17::interval IS NULL THEN due_at
                                      ELSE least(now() + $17, coalesce(now() + $16, deadline_at)) END
            WHERE  id = $1
            RETURNING {Columns}
            """);
        var to = change.To;
        update.With(to.Id).With(to.Title).With(to.MediaType).With(Name(to.Status)).With(to.Attempt).With(to.ClaimedBy, NpgsqlDbType.Text)
            .With(to.Pages, NpgsqlDbType.Integer).With(to.Passages, NpgsqlDbType.Integer).With(to.Embedded)
            .With(to.EmbeddingModel, NpgsqlDbType.Text).With(to.Error?.Code, NpgsqlDbType.Text).With(to.Error?.Message, NpgsqlDbType.Text)
            .With(change.DropsContent).With(content, NpgsqlDbType.Bytea).With(change.Ends)
            .With(change.Lifetime, NpgsqlDbType.Interval).With(change.DueIn, NpgsqlDbType.Interval)
            .With(to.EmbeddedBy.ToArray());
        return (await update.One(Read, token))!;
    }

    /// <summary>
    /// Statement in the scope of the document's tenant. A worker that has only a message gets the tenant from a function that only workers may
    /// call.
    /// </summary>
    private Statement For(DocumentKey key, string sql) =>
        key.Tenant is { } tenant ? database.For(tenant, sql) : database.For("tenants_of_document", [key.Id], sql);

    private static DocumentRecord Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Tenant = row.GetString(1),
        Title = row.GetString(2),
        MediaType = row.GetString(3),
        Bytes = row.GetInt64(4),
        Status = Parse<DocumentStatus>(row.GetString(5)),
        Attempt = row.GetInt32(6),
        ClaimedBy = row.IsDBNull(7) ? null : row.GetString(7),
        Pages = row.IsDBNull(8) ? null : row.GetInt32(8),
        Passages = row.IsDBNull(9) ? null : row.GetInt32(9),
        Embedded = row.GetInt32(10),
        EmbeddingModel = row.IsDBNull(11) ? null : row.GetString(11),
        Error = row.IsDBNull(12) ? null : new ChatError(row.GetString(12), row.GetString(13)),
        Version = row.GetInt32(14),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(15),
        FinishedAt = row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
        DeadlineAt = row.GetFieldValue<DateTimeOffset>(17),
        DueAt = row.IsDBNull(18) ? null : row.GetFieldValue<DateTimeOffset>(18),
        HasContent = row.GetBoolean(19),
        Now = row.GetFieldValue<DateTimeOffset>(20),
        EmbeddedBy = row.GetFieldValue<string[]>(21),
    };
}
