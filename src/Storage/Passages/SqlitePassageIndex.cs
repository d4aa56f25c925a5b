using System.Runtime.InteropServices;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;
using Navigator.Text;

namespace Navigator.Storage.Passages;

/// <summary>Both legs over the embedded file, ranked as in PostgreSQL. The result is exact, as if each vector were compared.</summary>
internal sealed class SqlitePassageIndex(SqliteDatabase database, VectorCache vectors) : IPassageIndex
{
    /// <summary>
    /// Up to this number of documents, the postings of each document are looked up by key. For more documents all postings of a term are read
    /// and those of other documents are skipped, because many documents do not contain the term.
    /// </summary>
    private const int FewDocuments = 64;

    public Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token) =>
        database.Read<IReadOnlyList<SearchLegs>>(
            session =>
            {
                var documents = Searchable(session, search);
                var nearest = Nearest(session, search, documents.Values, token);
                Guid[] ofOther =
                [
                    .. documents.Values.Where(document => document.By == Embedded.ByTheOtherAlone).Select(document => document.Version.Id),
                ];
                return
                [
                    .. search.Queries.Zip(nearest, (query, near) => new SearchLegs(near, Lexical(session, search, documents, query.Text))
                    {
                        OfOtherModel = ofOther,
                    }),
                ];
            },
            token);

    public Task<IReadOnlyList<CitedPassage>> Read(string tenant, IReadOnlyList<Guid> ids, CancellationToken token) =>
        database.Read<IReadOnlyList<CitedPassage>>(
            session => session.All(
                """
                SELECT passage.id, document.id, passage.ordinal, passage.page, passage.headings, passage.text, document.title
                FROM   json_each($2) AS wanted
                CROSS  JOIN passage ON passage.id = wanted.value
                JOIN   document ON document.number = passage.document
                WHERE  document.tenant_id = $1 ORDER BY wanted.key
                """,
                row => new CitedPassage(
                    new Passage(row.Id(0), row.Id(1), row.GetInt32(2), row.NumberOrNull(3), StoredJson.Read<string[]>(row.GetString(4)),
                        row.GetString(5)),
                    row.GetString(6)),
                tenant, StoredJson.Write(ids.ToArray())),
            token);

    public Task<IReadOnlyDictionary<Guid, ReadOnlyMemory<float>>> Vectors(
        string tenant, string model, IReadOnlyList<(Guid DocumentId, Guid PassageId)> passages, CancellationToken token) =>
        database.Read<IReadOnlyDictionary<Guid, ReadOnlyMemory<float>>>(
            session =>
            {
                var found = new Dictionary<Guid, ReadOnlyMemory<float>>();
                session.Each(
                    """
                    SELECT passage.id, passage_vector.vector
                    FROM   json_each($3) AS wanted
                    CROSS  JOIN passage ON passage.id = wanted.value
                    JOIN   document ON document.number = passage.document
                    JOIN   passage_vector ON passage_vector.passage = passage.number AND passage_vector.model = $2
                    WHERE  document.tenant_id = $1
                    """,
                    row =>
                    {
                        var vector = MemoryMarshal.Cast<byte, float>(row.Bytes(1).AsSpan()).ToArray();
                        PassageVectors.Normalize(vector);
                        found.Add(row.Id(0), vector);
                    },
                    tenant, model, StoredJson.Write(passages.Select(passage => passage.PassageId).ToArray()));
                return found;
            },
            token);

    /// <summary>The documents that are searched, by number.</summary>
    private static Dictionary<long, SearchedDocument> Searchable(SqliteSession session, PassageSearch search) => session.All(
        """
        SELECT number, id, version, passages,
               CASE WHEN EXISTS (SELECT 1 FROM json_each(embedded_by) WHERE value = $3) THEN 1
                    WHEN $4 IS NOT NULL AND status = 'ready' AND EXISTS (SELECT 1 FROM json_each(embedded_by) WHERE value = $4) THEN 2
                    ELSE 0 END
        FROM   document
        WHERE  tenant_id = $1 AND status IN ('searchable', 'ready') AND ($2 IS NULL OR id IN (SELECT value FROM json_each($2)))
        """,
        row => new SearchedDocument(
            new DocumentVersion(row.GetInt64(0), row.Id(1), row.GetInt32(2), search.Model), row.GetInt32(3), (Embedded)row.GetInt32(4)),
        search.Tenant, search.DocumentIds is null ? null : StoredJson.Write(search.DocumentIds.ToArray()), search.Model, search.OtherModel)
        .ToDictionary(document => document.Version.Number);

    /// <summary>Returns one list for each query.</summary>
    private List<List<Hit>> Nearest(
        SqliteSession session, PassageSearch search, IEnumerable<SearchedDocument> documents, CancellationToken token)
    {
        if (search.Queries.Any(query => query.Vector.IsEmpty))
            return [.. search.Queries.Select(_ => new List<Hit>())];
        if (search.Queries.Count == 0)
            return [];
        var questions = search.Queries.Select(query => new NearestPassages(query.Vector, search.Limit, search.SimilarityFloor)).ToList();
        // Cached documents come first. In the order of the file, one document more than fits would evict each just before it is used.
        foreach (var document in documents.Where(document => document.By == Embedded.ByTheModel)
            .OrderByDescending(document => vectors.Holds(document.Version)))
        {
            foreach (var part in VectorsOf(session, document, search))
            {
                token.ThrowIfCancellationRequested();
                foreach (var question in questions)
                {
                    if (question.Compare(part, document.Version.Id))
                        Settle(session, question, search.Model, token);
                }
            }
        }
        questions.ForEach(question => Settle(session, question, search.Model, token));
        return questions.ConvertAll(question => question.Ranked());
    }

    /// <summary>
    /// A load for the cache runs to its end. If each question stopped it at its own time limit, a large document would never be cached.
    /// </summary>
    private IEnumerable<PassageVectors> VectorsOf(SqliteSession session, SearchedDocument document, PassageSearch search)
    {
        var dimensions = search.Queries[0].Vector.Length;
        return vectors.Read(
            document.Version, document.Passages, dimensions,
            (first, count) =>
            {
                var loaded = new PassageVectors(count, dimensions);
                // Rows are converted one by one, so that one vector is in memory at a time.
                session.Each(
                    """
                    SELECT passage.id, passage.number, passage_vector.vector
                    FROM   passage JOIN passage_vector ON passage_vector.passage = passage.number
                    WHERE  passage.document = $1 AND passage.ordinal >= $2 AND passage.ordinal < $3 AND passage_vector.model = $4
                    ORDER  BY passage.ordinal
                    """,
                    row => loaded.Add(row.Id(0), row.GetInt64(1), MemoryMarshal.Cast<byte, float>(row.Bytes(2).AsSpan())),
                    document.Version.Number, first, first + count, search.Model);
                return loaded;
            });
    }

    /// <summary>Reads the vectors of a question's candidates.</summary>
    private static void Settle(SqliteSession session, NearestPassages question, string model, CancellationToken token) =>
        question.Settle(candidates =>
        {
            token.ThrowIfCancellationRequested();
            session.Each(
                """
                SELECT wanted.key, passage_vector.vector
                FROM   json_each($1) AS wanted
                CROSS  JOIN passage_vector ON passage_vector.passage = wanted.value AND passage_vector.model = $2
                """,
                row => question.Add(candidates[row.GetInt32(0)], MemoryMarshal.Cast<byte, float>(row.Bytes(1).AsSpan())),
                StoredJson.Write(candidates.Select(candidate => candidate.Number).ToArray()), model);
        });

    private static List<Hit> Lexical(SqliteSession session, PassageSearch search, Dictionary<long, SearchedDocument> documents, string query)
    {
        var scores = new LexicalScores<long>(documents.ToDictionary(document => document.Key, document => document.Value.Passages));
        foreach (var term in Terms.Of(query).Distinct(StringComparer.Ordinal))
            scores.Add(PostingsOf(session, term, documents));
        return Ranked(session, search.Limit, documents, scores.Best(search.Limit));
    }

    private static List<(long Document, byte[] Postings)> PostingsOf(
        SqliteSession session, string term, Dictionary<long, SearchedDocument> documents) => documents.Count <= FewDocuments
        ? session.All(
            "SELECT document, weights FROM posting WHERE term = $1 AND document IN (SELECT value FROM json_each($2))",
            row => (row.GetInt64(0), row.Bytes(1)), term, StoredJson.Write(documents.Keys.ToArray()))
        : session.All(
            "SELECT document, weights FROM posting WHERE term = $1",
            row => (row.GetInt64(0), documents.ContainsKey(row.GetInt64(0)) ? row.Bytes(1) : []), term);

    /// <summary>Looks up the ids of scored passages. Returns the best hits by score and then by id.</summary>
    private static List<Hit> Ranked(
        SqliteSession session, int limit, Dictionary<long, SearchedDocument> documents, List<ScoredPlace<long>> scored)
    {
        var ids = session.All(
            """
            SELECT wanted.key, passage.id
            FROM   json_each($1) AS wanted
            CROSS  JOIN passage ON passage.document = wanted.value ->> 0 AND passage.ordinal = wanted.value ->> 1
            """,
            row => (Place: row.GetInt32(0), Id: row.Id(1)),
            StoredJson.Write(scored.Select(place => new[] { place.Document, place.Ordinal }).ToArray()));
        var best = new BestHits(limit);
        ids.ForEach(passage => best.Add(
            new Hit(passage.Id, documents[scored[passage.Place].Document].Version.Id, scored[passage.Place].Score)));
        return best.Ranked();
    }

    private sealed record SearchedDocument(DocumentVersion Version, int Passages, Embedded By);

    /// <summary>Which of a search's models has embedded all passages of a document.</summary>
    private enum Embedded
    {
        ByNone = 0,
        ByTheModel = 1,
        ByTheOtherAlone = 2,
    }
}
