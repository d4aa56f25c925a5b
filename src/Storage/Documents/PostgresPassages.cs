using Navigator.Storage.Passages;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Documents;

/// <summary>The rows of a document's passages in PostgreSQL: text, terms and vectors. Every method runs in the caller's transaction.</summary>
internal static class PostgresPassages
{
    /// <summary>Inserts passages and their terms. Uses arrays because row-level security does not allow COPY.</summary>
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

        await InsertTerms(connection, document.Tenant, document.Id, [.. ids.Zip(passages)], token);
    }

    /// <summary>Inserts the terms of passages. An import calls it too, so that terms are weighed and stored in one place.</summary>
    public static async Task InsertTerms(
        NpgsqlConnection connection, string tenant, Guid document, IReadOnlyList<(Guid Id, NewPassage Passage)> passages, CancellationToken token)
    {
        var terms = passages.SelectMany(each => Bm25.Weigh(each.Passage.Searchable()).Select(term => (term.Key, each.Id, term.Value))).ToList();
        await using var post = connection.InSameScope(
            """
            INSERT INTO passage_term (tenant_id, term, passage_id, document_id, weight)
            SELECT $1, new.term, new.passage_id, $2, new.weight FROM unnest($3::text[], $4::uuid[], $5::real[]) AS new (term, passage_id, weight)
            """);
        await post.With(tenant).With(document).With(terms.Select(term => term.Key).ToArray()).With(terms.Select(term => term.Id).ToArray())
            .With(terms.Select(term => term.Value).ToArray()).Change(token);
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

    /// <summary>Deletes passages with their terms and vectors.</summary>
    public static async Task Delete(NpgsqlConnection connection, Guid document, CancellationToken token)
    {
        await using var terms = connection.InSameScope("DELETE FROM passage_term WHERE document_id = $1");
        await terms.With(document).Change(token);
        await using var vectors = connection.InSameScope("DELETE FROM passage_vector WHERE document_id = $1");
        await vectors.With(document).Change(token);
        await using var passages = connection.InSameScope("DELETE FROM passage WHERE document_id = $1");
        await passages.With(document).Change(token);
    }
}
