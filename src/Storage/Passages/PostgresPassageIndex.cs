using Navigator.Contracts.Http;
using Npgsql;
using NpgsqlTypes;
using HalfVector = Pgvector.HalfVector;

namespace Navigator.Storage.Passages;

/// <summary>Both legs in PostgreSQL: pgvector for the meaning, postings for the words.</summary>
/// <param name="exactUpTo">
/// Maximum number of passages that are compared exactly. Above it, vectors of a length that has an HNSW index are found through it. With
/// iterative scans HNSW finds enough passages even with a filter.
/// </param>
internal sealed class PostgresPassageIndex(NpgsqlDataSource database, long exactUpTo) : IPassageIndex
{
    /// <summary>Documents that the search names, by tenant ($1) and ids ($2).</summary>
    public const string Wanted = "document.tenant_id = $1 AND ($2::uuid[] IS NULL OR document.id = ANY ($2))";

    /// <summary>Vector lengths that have an index. Source: migration 0020.</summary>
    private static readonly int[] IndexedLengths = [384, 1_536];

    private const string Embedded = $"SELECT id FROM document WHERE {Wanted} AND status = 'ready' AND $6 = ANY (embedded_by)";

    /// <summary>
    /// Vectors that are compared exactly. The documents are a list first: when joined to the passages without statistics, they were read once
    /// for each passage.
    /// </summary>
    private const string Comparable = $"tenant_id = $1 AND model = $6 AND document_id = ANY (ARRAY({Embedded}))";

    /// <summary>
    /// The same vectors, for a search through HNSW. IS TRUE makes the documents a hashed filter. Without it the planner expects a single row
    /// behind the primary key, and reads and sorts all vectors of the tenant: 0.8 s for 100,000, and 1 ms through HNSW.
    /// </summary>
    private const string Reachable = $"tenant_id = $1 AND model = $6 AND (document_id IN ({Embedded})) IS TRUE";

    public async Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token)
    {
        // One connection for two round trips. The first reads postings and counts the passages; that count selects how vectors are compared.
        // The second compares vectors and looks up the ids of the passages that the words found.
        await using var connection = await database.Open(token);
        var (size, ofOther, words) = await PostgresPostings.Find(connection, search, token);
        if (size == 0)
            return [.. search.Queries.Select(_ => new SearchLegs([], []))];
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Scopes.Tenant(search.Tenant));
        batch.BatchCommands.Add(PostgresPostings.Ids(search.Tenant, words));
        if (!search.Queries.Any(query => query.Vector.IsEmpty))
            AddNearest(batch, search, exact: size <= exactUpTo);
        await using var row = await batch.ExecuteReaderAsync(token);
        await row.NextResultAsync(token);
        var lexical = await PostgresPostings.Rank(row, search.Limit, words, token);
        var nearest = batch.BatchCommands.Count > 2 ? await ReadNearest(row, search.Queries.Count, token) : [.. lexical.Select(_ => new List<Hit>())];
        return [.. nearest.Zip(lexical, (near, word) => new SearchLegs(near, word) { OfOtherModel = ofOther })];
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
        string tenant, string model, IReadOnlyList<(Guid DocumentId, Guid PassageId)> passages, CancellationToken token)
    {
        // By the primary key, which begins with the document. The limit keeps the planner from a hash join, which would read all vectors.
        await using var command = database.For(
            tenant,
            """
            SELECT wanted.passage, found.vector
            FROM   unnest($3::uuid[], $4::uuid[]) AS wanted (document, passage)
            CROSS  JOIN LATERAL (SELECT vector FROM passage_vector
                                 WHERE  document_id = wanted.document AND model = $2 AND passage_id = wanted.passage AND tenant_id = $1
                                 LIMIT  1) AS found
            """);
        var found = await command.With(tenant).With(model)
            .With(passages.Select(passage => passage.DocumentId).ToArray()).With(passages.Select(passage => passage.PassageId).ToArray())
            .All(row => (row.GetGuid(0), PassageVectors.FromHalf(row.GetFieldValue<HalfVector>(1))), token);
        return found.ToDictionary();
    }

    private static void AddNearest(NpgsqlBatch batch, PassageSearch search, bool exact)
    {
        // The settings last for the batch's implicit transaction. Strict order has no measurable cost at these sizes. With pgvector's list of
        // 40 candidates the index found 92 % of the ten nearest of 100,000 passages, with 120 it finds 98 % (decision 32).
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '120', true)"));
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
                          WHERE  {Reachable} AND vector_dims(vector) = {query.Vector.Length}
                          ORDER  BY vector::halfvec({query.Vector.Length}) <=> $3 LIMIT $4)
                      SELECT id, document_id, 1 - distance FROM near WHERE distance <= 1 - $5::double precision ORDER BY distance, id
                      """);
            near.Parameters.Add(new NpgsqlParameter { Value = PassageVectors.ToHalf(query.Vector) });
            near.Parameters.Add(new NpgsqlParameter { Value = search.Limit });
            near.Parameters.Add(new NpgsqlParameter { Value = search.SimilarityFloor });
            near.Parameters.Add(new NpgsqlParameter { Value = search.Model });
            batch.BatchCommands.Add(near);
        }
    }

    /// <summary>Reads one list for each query. The reader stands two result sets before them.</summary>
    private static async Task<List<List<Hit>>> ReadNearest(NpgsqlDataReader row, int queries, CancellationToken token)
    {
        await row.NextResultAsync(token);
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

    /// <summary>A statement with the search's tenant ($1) and document ids ($2).</summary>
    public static NpgsqlBatchCommand Command(PassageSearch search, string sql)
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
