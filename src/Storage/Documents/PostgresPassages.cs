using Navigator.Storage.Passages;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Documents;

/// <summary>The rows of a document's passages in PostgreSQL: text, terms and vectors. Every method runs in the caller's transaction.</summary>
internal static class PostgresPassages
{
    /// <summary>Passages that are stored together. A term's postings in them are one row, which stays below 2 kB.</summary>
    public const int AtOnce = 256;

    /// <summary>Inserts passages and their postings. Uses arrays because row-level security does not allow COPY.</summary>
    public static async Task Insert(
        NpgsqlConnection connection, DocumentRecord document, int first, List<NewPassage> passages, CancellationToken token)
    {
        var ids = passages.Select(_ => Guid.CreateVersion7()).ToArray();
        await using var insert = connection.InSameScope(
            """
            INSERT INTO passage (id, tenant_id, document_id, ordinal, page, headings, text)
            SELECT new.id, $1, $2, $3 + new.place - 1, new.page, ARRAY(SELECT jsonb_array_elements_text(new.headings)), new.text
            FROM   unnest($4::uuid[], $5::integer[], $6::jsonb[], $7::text[]) WITH ORDINALITY AS new (id, page, headings, text, place)
            """);
        await insert.With(document.Tenant).With(document.Id).With(first).With(ids).With(passages.Select(passage => passage.Page).ToArray())
            .With(passages.Select(passage => Write(passage.Headings)).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
            .With(passages.Select(passage => passage.Text).ToArray()).Change(token);

        await InsertPostings(connection, document.Tenant, document.Id, [.. passages.Select((passage, i) => (first + i, passage))], token);
    }

    /// <summary>Inserts the postings of passages. An import calls it too, so that terms are weighed and stored in one place.</summary>
    /// <param name="passages">At most <see cref="AtOnce"/>.</param>
    public static async Task InsertPostings(
        NpgsqlConnection connection, string tenant, Guid document, IReadOnlyList<(int Ordinal, NewPassage Passage)> passages,
        CancellationToken token)
    {
        var postings = Posting.Weigh(passages.Select(each => (each.Ordinal, each.Passage.Searchable())));
        await using var post = connection.InSameScope(
            """
            INSERT INTO posting (tenant_id, term, document_id, first_ordinal, weights)
            SELECT $1, new.term, $2, $3, new.weights FROM unnest($4::text[], $5::bytea[]) AS new (term, weights)
            """);
        await post.With(tenant).With(document).With(passages[0].Ordinal).With(postings.Select(term => term.Term).ToArray())
            .With(postings.Select(term => term.Weights).ToArray()).Change(token);
    }

    /// <summary>Stores a vector for each ordinal that has none of the model yet.</summary>
    /// <returns>Number of the document's passages that now have a vector of the model.</returns>
    public static async Task<int> StoreVectors(
        NpgsqlConnection connection, Guid document, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        CancellationToken token)
    {
        await using var batch = connection.CreateBatch();
        for (var i = 0; i < ordinals.Count; i++)
        {
            var store = new NpgsqlBatchCommand(
                """
                INSERT INTO passage_vector (tenant_id, document_id, model, passage_id, vector)
                SELECT tenant_id, document_id, $3, id, $4 FROM passage WHERE document_id = $1 AND ordinal = $2
                ON CONFLICT DO NOTHING
                """);
            foreach (var value in new object[] { document, ordinals[i], model, PassageVectors.ToHalf(vectors[i]) })
                store.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(store);
        }
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(token);
        await using var count = connection.InSameScope("SELECT count(*)::int FROM passage_vector WHERE document_id = $1 AND model = $2");
        return await count.With(document).With(model).Number(token);
    }

    /// <summary>Deletes passages with their postings and vectors.</summary>
    public static async Task Delete(NpgsqlConnection connection, Guid document, CancellationToken token)
    {
        await using var postings = connection.InSameScope("DELETE FROM posting WHERE document_id = $1");
        await postings.With(document).Change(token);
        await using var vectors = connection.InSameScope("DELETE FROM passage_vector WHERE document_id = $1");
        await vectors.With(document).Change(token);
        await using var passages = connection.InSameScope("DELETE FROM passage WHERE document_id = $1");
        await passages.With(document).Change(token);
    }
}
