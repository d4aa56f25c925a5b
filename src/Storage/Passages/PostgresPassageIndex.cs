using System.Globalization;
using Navigator.Contracts.Http;
using Navigator.Text;
using Npgsql;
using NpgsqlTypes;
using HalfVector = Pgvector.HalfVector;

namespace Navigator.Storage.Passages;

/// <summary>Both legs in PostgreSQL: pgvector for the meaning, a posting table for the words.</summary>
/// <param name="exactUpTo">
/// Maximum number of passages that are compared exactly. Above it, vectors of a length that has an HNSW index are found through it. With
/// iterative scans HNSW finds enough passages even with a filter.
/// </param>
internal sealed class PostgresPassageIndex(NpgsqlDataSource database, long exactUpTo) : IPassageIndex
{
    private const string Wanted = "document.tenant_id = $1 AND ($2::uuid[] IS NULL OR document.id = ANY ($2))";

    private const string Searchable = $"{Wanted} AND document.status IN ('searchable', 'ready')";

    /// <summary>Vector lengths that have an index. Source: migration 0020.</summary>
    private static readonly int[] IndexedLengths = [384, 1_536];

    /// <summary>
    /// Vectors that a question's vector is compared with. The documents are a list first: when joined to the passages without statistics, they
    /// were read once for each passage.
    /// </summary>
    private const string Comparable =
        $"tenant_id = $1 AND model = $6 AND document_id = ANY (ARRAY(SELECT id FROM document WHERE {Wanted} AND status = 'ready' "
            + "AND $6 = ANY (embedded_by)))";

    private static readonly string OfAll = Bm25.WeightOfOne.ToString(CultureInfo.InvariantCulture);

    public async Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token)
    {
        // One connection for two round trips. The first finds words and counts the passages; that count selects how vectors are compared.
        await using var connection = await database.Open(token);
        var (size, ofOther, lexical) = await Lexical(connection, search, token);
        var nearest = size == 0 || search.Queries.Any(query => query.Vector.IsEmpty)
            ? [.. search.Queries.Select(_ => new List<Hit>())]
            : await Nearest(connection, search, exact: size <= exactUpTo, token);
        return [.. nearest.Zip(lexical, (near, words) => new SearchLegs(near, words) { OfOtherModel = ofOther })];
    }

    public async Task<IReadOnlyList<CitedPassage>> Read(string tenant, IReadOnlyList<Guid> ids, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            """
            SELECT passage.id, passage.document_id, passage.ordinal, passage.page, passage.headings, passage.text, document.title
            FROM   unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
            JOIN   passage USING (id) JOIN document ON document.id = passage.document_id
            WHERE  passage.tenant_id = $1 ORDER BY wanted.place
            """);
        return await command.With(tenant).With(ids.ToArray()).All(
            row => new CitedPassage(
                new Passage(row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetInt32(3),
                    row.GetFieldValue<string[]>(4), row.GetString(5)),
                row.GetString(6)),
            token);
    }

    public async Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<float>>> Vectors(
        string tenant, string model, IReadOnlyList<Guid> ids, CancellationToken token)
    {
        await using var command = database.For(
            tenant, "SELECT passage_id, vector FROM passage_vector WHERE tenant_id = $1 AND model = $2 AND passage_id = ANY ($3)");
        var found = await command.With(tenant).With(model).With(ids.ToArray())
            .All(row => (row.GetGuid(0), PassageVectors.FromHalf(row.GetFieldValue<HalfVector>(1))), token);
        return found.ToDictionary();
    }

    private static async Task<(long Size, Guid[] OfOther, List<List<Hit>> Hits)> Lexical(
        NpgsqlConnection connection, PassageSearch search, CancellationToken token)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Scopes.Tenant(search.Tenant));
        batch.BatchCommands.Add(Searched(search));
        foreach (var query in search.Queries)
        {
            // weight × idf, summed per passage and divided by the sum of all idf; idf as in Bm25.Idf.
            var words = Command(
                search,
                $"""
                WITH searchable AS MATERIALIZED (SELECT id, passages FROM document WHERE {Searchable}),
                     corpus AS MATERIALIZED (SELECT coalesce(sum(passages), 0)::double precision AS size FROM searchable),
                     hit AS MATERIALIZED (
                         SELECT posting.term, posting.passage_id, posting.document_id, posting.weight::double precision AS weight
                         FROM   passage_term AS posting JOIN searchable ON searchable.id = posting.document_id
                         WHERE  posting.tenant_id = $1 AND posting.term = ANY ($3)),
                     counted AS (SELECT term, count(*)::double precision AS found FROM hit GROUP BY term),
                     wanted AS MATERIALIZED (
                         SELECT term, ln(1 + (size - found + 0.5::double precision) / (found + 0.5::double precision)) AS idf
                         FROM   (SELECT term, size, coalesce(found, 0) AS found
                                 FROM   unnest($3::text[]) AS asked (term) CROSS JOIN corpus LEFT JOIN counted USING (term)) AS term)
                SELECT passage_id, document_id, sum(weight * idf) / ({OfAll} * (SELECT sum(idf) FROM wanted)) AS score
                FROM   hit JOIN wanted USING (term) GROUP BY passage_id, document_id ORDER BY score DESC, passage_id LIMIT $4
                """);
            words.Parameters.Add(new NpgsqlParameter { Value = Terms.Of(query.Text).Distinct(StringComparer.Ordinal).ToArray() });
            words.Parameters.Add(new NpgsqlParameter { Value = search.Limit });
            batch.BatchCommands.Add(words);
        }
        await using var row = await batch.ExecuteReaderAsync(token);
        await row.NextResultAsync(token);
        await row.ReadAsync(token);
        var (size, ofOther) = (row.GetInt64(0), row.GetFieldValue<Guid[]>(1));
        return (size, ofOther, await ReadLists(row, search.Queries.Count, token));
    }

    /// <summary>
    /// The number of passages that are searched, and the documents among them that only the other model has embedded. The conditions stand in the
    /// order of their cost: for a document that the model has embedded, all but two are skipped.
    /// </summary>
    private static NpgsqlBatchCommand Searched(PassageSearch search)
    {
        var searched = Command(
            search,
            $"""
            SELECT coalesce(sum(passages), 0),
                   coalesce(
                       array_agg(id) FILTER (
                           WHERE $4 IS NOT NULL AND NOT $3 = ANY (embedded_by) AND status = 'ready' AND $4 = ANY (embedded_by)),
                       ARRAY[]::uuid[])
            FROM   document WHERE {Searchable}
            """);
        searched.Parameters.Add(new NpgsqlParameter { Value = search.Model });
        searched.Parameters.Add(new NpgsqlParameter { Value = (object?)search.OtherModel ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return searched;
    }

    private static async Task<List<List<Hit>>> Nearest(NpgsqlConnection connection, PassageSearch search, bool exact, CancellationToken token)
    {
        await using var batch = connection.CreateBatch();
        // The setting lasts for the batch's implicit transaction. Strict order has no measurable cost at these sizes.
        batch.BatchCommands.Add(Scopes.Tenant(search.Tenant));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT set_config('hnsw.iterative_scan', 'strict_order', true)"));
        foreach (var query in search.Queries)
        {
            // Ordering a materialised list by a plain number cannot use the vector index; ordering the table by the operator does.
            var near = Command(
                search,
                exact || !IndexedLengths.Contains(query.Vector.Length)
                    ? $"""
                      WITH near AS MATERIALIZED (
                          SELECT passage_id AS id, document_id, vector <=> $3 AS distance FROM passage_vector WHERE {Comparable})
                      SELECT id, document_id, 1 - distance FROM near WHERE distance <= 1 - $5::double precision ORDER BY distance, id LIMIT $4
                      """
                    : $"""
                      WITH near AS MATERIALIZED (
                          SELECT passage_id AS id, document_id, vector::halfvec({query.Vector.Length}) <=> $3 AS distance
                          FROM   passage_vector
                          WHERE  {Comparable} AND vector_dims(vector) = {query.Vector.Length}
                          ORDER  BY vector::halfvec({query.Vector.Length}) <=> $3 LIMIT $4)
                      SELECT id, document_id, 1 - distance FROM near WHERE distance <= 1 - $5::double precision ORDER BY distance, id
                      """);
            near.Parameters.Add(new NpgsqlParameter { Value = PassageVectors.ToHalf(query.Vector) });
            near.Parameters.Add(new NpgsqlParameter { Value = search.Limit });
            near.Parameters.Add(new NpgsqlParameter { Value = search.SimilarityFloor });
            near.Parameters.Add(new NpgsqlParameter { Value = search.Model });
            batch.BatchCommands.Add(near);
        }
        await using var row = await batch.ExecuteReaderAsync(token);
        await row.NextResultAsync(token);
        return await ReadLists(row, search.Queries.Count, token);
    }

    /// <summary>Reads one list for each query. The reader stands on the result set before them.</summary>
    private static async Task<List<List<Hit>>> ReadLists(NpgsqlDataReader row, int queries, CancellationToken token)
    {
        var lists = new List<List<Hit>>(queries);
        while (await row.NextResultAsync(token))
        {
            var hits = new List<Hit>();
            while (await row.ReadAsync(token))
                hits.Add(new Hit(row.GetGuid(0), row.GetGuid(1), row.GetDouble(2)));
            lists.Add(hits);
        }
        return lists;
    }

    private static NpgsqlBatchCommand Command(PassageSearch search, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = search.Tenant });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)search.DocumentIds?.ToArray()
            ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid
        });
        return command;
    }
}
