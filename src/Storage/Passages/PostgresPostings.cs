using Navigator.Text;
using Npgsql;
using NpgsqlTypes;

namespace Navigator.Storage.Passages;

/// <summary>
/// The lexical leg in PostgreSQL. It reads the postings of the questions' terms and scores them in this process: a question to a tenant with
/// 100,000 passages has some 200,000 postings, which a GROUP BY sums in seconds and a loop over arrays in milliseconds.
/// </summary>
internal static class PostgresPostings
{
    private const string Searchable = $"{PostgresPassageIndex.Wanted} AND document.status IN ('searchable', 'ready')";

    /// <summary>Reads the searched documents and their postings.</summary>
    /// <returns>
    /// Number of searched passages, the searched documents that only the other model has embedded, and for each query its best passages.
    /// </returns>
    public static async Task<(long Size, IReadOnlyList<Guid> OfOther, List<List<ScoredPlace<Guid>>> Best)> Find(
        NpgsqlConnection connection, PassageSearch search, CancellationToken token)
    {
        var queries = search.Queries.Select(query => Terms.Of(query.Text).Distinct(StringComparer.Ordinal).ToArray()).ToList();
        var terms = queries.SelectMany(query => query).Distinct(StringComparer.Ordinal).ToArray();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Scopes.Tenant(search.Tenant));
        batch.BatchCommands.Add(Searched(search));
        batch.BatchCommands.Add(PostingsOf(search, terms));
        await using var row = await batch.ExecuteReaderAsync(token);
        await row.NextResultAsync(token);
        var (documents, ofOther) = (new Dictionary<Guid, int>(), new List<Guid>());
        while (await row.ReadAsync(token))
        {
            documents.Add(row.GetGuid(0), row.GetInt32(1));
            if (row.GetBoolean(2))
                ofOther.Add(row.GetGuid(0));
        }
        await row.NextResultAsync(token);
        var postings = terms.ToDictionary(term => term, _ => new List<(Guid, byte[])>(), StringComparer.Ordinal);
        while (await row.ReadAsync(token))
            postings[terms[row.GetInt32(0) - 1]].Add((row.GetGuid(1), row.GetFieldValue<byte[]>(2)));
        var size = documents.Values.Sum(passages => (long)passages);
        return (size, ofOther, queries.ConvertAll(query => Best(query, postings, documents, search.Limit)));
    }

    /// <summary>A statement that looks up the ids of scored passages. <see cref="Rank"/> reads its result.</summary>
    public static NpgsqlBatchCommand Ids(string tenant, List<List<ScoredPlace<Guid>>> scored)
    {
        // The limit keeps the planner from a hash join, which would read all passages.
        var command = new NpgsqlBatchCommand(
            """
            SELECT wanted.place, found.id
            FROM   unnest($2::uuid[], $3::integer[]) WITH ORDINALITY AS wanted (document, ordinal, place)
            CROSS  JOIN LATERAL (SELECT passage.id FROM passage
                                 WHERE  passage.tenant_id = $1 AND passage.document_id = wanted.document AND passage.ordinal = wanted.ordinal
                                 LIMIT  1) AS found
            """);
        var places = scored.SelectMany(query => query).ToList();
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = places.Select(place => place.Document).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = places.Select(place => place.Ordinal).ToArray() });
        return command;
    }

    /// <summary>Reads the ids of scored passages. Returns the best hits of each query, by score and then by id.</summary>
    public static async Task<List<List<Hit>>> Rank(
        NpgsqlDataReader row, int limit, List<List<ScoredPlace<Guid>>> scored, CancellationToken token)
    {
        var ids = new Dictionary<long, Guid>();
        while (await row.ReadAsync(token))
            ids.Add(row.GetInt64(0), row.GetGuid(1));
        var place = 0L;
        return scored.ConvertAll(query =>
        {
            var best = new BestHits(limit);
            foreach (var passage in query)
            {
                // Absent if the document was deleted between the two statements.
                if (ids.TryGetValue(++place, out var id))
                    best.Add(new Hit(id, passage.Document, passage.Score));
            }
            return best.Ranked();
        });
    }

    /// <summary>
    /// The documents that are searched, and which of them only the other model has embedded. The conditions stand in the order of their cost: for a
    /// document that the model has embedded, all but two are skipped.
    /// </summary>
    private static NpgsqlBatchCommand Searched(PassageSearch search)
    {
        var searched = PostgresPassageIndex.Command(
            search,
            $"""
            SELECT id, passages, $4 IS NOT NULL AND NOT $3 = ANY (embedded_by) AND status = 'ready' AND $4 = ANY (embedded_by)
            FROM   document WHERE {Searchable}
            """);
        searched.Parameters.Add(new NpgsqlParameter { Value = search.Model });
        searched.Parameters.Add(new NpgsqlParameter { Value = (object?)search.OtherModel ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return searched;
    }

    /// <summary>Without a join, so that there is one way to run it: an index that begins with the tenant and the term leads to the rows.</summary>
    private static NpgsqlBatchCommand PostingsOf(PassageSearch search, string[] terms)
    {
        const string all = "SELECT array_position($2, term), document_id, weights FROM posting WHERE tenant_id = $1 AND term = ANY ($2)";
        var command = new NpgsqlBatchCommand(search.DocumentIds is null ? all : $"{all} AND document_id = ANY ($3)");
        command.Parameters.Add(new NpgsqlParameter { Value = search.Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = terms });
        if (search.DocumentIds is { } documents)
            command.Parameters.Add(new NpgsqlParameter { Value = documents.ToArray() });
        return command;
    }

    private static List<ScoredPlace<Guid>> Best(
        string[] query, Dictionary<string, List<(Guid, byte[])>> postings, Dictionary<Guid, int> documents, int limit)
    {
        var scores = new LexicalScores<Guid>(documents);
        foreach (var term in query)
            scores.Add(postings[term]);
        return scores.Best(limit);
    }
}
