using Navigator.Contracts.Http;
using Navigator.Text;
using Npgsql;
using Pgvector;
using NpgsqlTypes;

namespace Navigator.Storage.Passages;

/// <summary>Both legs in PostgreSQL: pgvector for the meaning, a posting table for the words.</summary>
/// <param name="exactUpTo">
/// Maximum number of passages that are compared exactly. 5,000 vectors of 6 kB take about 50 ms, 15,000 take 140 ms (14 ms through HNSW).
/// With iterative scans HNSW finds enough passages even with a filter.
/// </param>
internal sealed class PostgresPassageIndex(NpgsqlDataSource database, long exactUpTo) : IPassageIndex
{
    private const string ReadyDocuments = "document.tenant_id = $1 AND document.status = 'ready' AND ($2::uuid[] IS NULL OR document.id = ANY ($2))";

    public async Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token)
    {
        // One connection for two round trips. The first finds words and counts the passages; that count selects how vectors are compared.
        await using var connection = await database.Open(token);
        var (size, lexical) = await Lexical(connection, search, token);
        var nearest = size == 0
            ? [.. search.Queries.Select(_ => new List<Hit>())]
            : await Nearest(connection, search, exact: size <= exactUpTo, token);
        return [.. nearest.Zip(lexical, (near, words) => new SearchLegs(near, words))];
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

    private static async Task<(long Size, List<List<Hit>> Hits)> Lexical(NpgsqlConnection connection, PassageSearch search, CancellationToken token)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Scopes.Tenant(search.Tenant));
        batch.BatchCommands.Add(Command(search, $"SELECT coalesce(sum(passages), 0) FROM document WHERE {ReadyDocuments}"));
        foreach (var query in search.Queries)
        {
            // weight × idf, summed per passage; idf as in Bm25.Idf.
            var words = Command(
                search,
                $"""
                WITH ready AS MATERIALIZED (SELECT id, passages FROM document WHERE {ReadyDocuments}),
                     corpus AS (SELECT sum(passages) AS size FROM ready),
                     hit AS (
                         SELECT posting.passage_id, posting.document_id, posting.weight, count(*) OVER (PARTITION BY posting.term) AS found
                         FROM   passage_term AS posting JOIN ready ON ready.id = posting.document_id
                         WHERE  posting.tenant_id = $1 AND posting.term = ANY ($3))
                SELECT passage_id, document_id, sum(weight * ln(1 + (size - found + 0.5) / (found + 0.5)))::double precision AS score
                FROM   hit CROSS JOIN corpus GROUP BY passage_id, document_id ORDER BY score DESC, passage_id LIMIT $4
                """);
            words.Parameters.Add(new NpgsqlParameter { Value = Terms.Of(query.Text).Distinct(StringComparer.Ordinal).ToArray() });
            words.Parameters.Add(new NpgsqlParameter { Value = search.Limit });
            batch.BatchCommands.Add(words);
        }
        await using var row = await batch.ExecuteReaderAsync(token);
        await row.NextResultAsync(token);
        await row.ReadAsync(token);
        var size = row.GetInt64(0);
        return (size, await ReadLists(row, search.Queries.Count, token));
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
            // The documents are a list first: when joined to the passages without statistics, they were read once for each passage.
            var near = Command(
                search,
                exact
                    ? $"""
                      WITH near AS MATERIALIZED (
                          SELECT passage.id, passage.document_id, passage.embedding <=> $3 AS distance
                          FROM   passage
                          WHERE  passage.tenant_id = $1
                          AND    passage.document_id = ANY (ARRAY(SELECT id FROM document WHERE {ReadyDocuments} AND embedding_model = $6)))
                      SELECT id, document_id, 1 - distance FROM near WHERE distance <= 1 - $5::double precision ORDER BY distance, id LIMIT $4
                      """
                    : $"""
                      WITH near AS MATERIALIZED (
                          SELECT passage.id, passage.document_id, passage.embedding <=> $3 AS distance
                          FROM   passage JOIN document ON document.id = passage.document_id
                          WHERE  passage.tenant_id = $1 AND {ReadyDocuments} AND document.embedding_model = $6
                          ORDER  BY passage.embedding <=> $3 LIMIT $4)
                      SELECT id, document_id, 1 - distance FROM near WHERE distance <= 1 - $5::double precision ORDER BY distance, id
                      """);
            near.Parameters.Add(new NpgsqlParameter { Value = new Vector(query.Vector) });
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
