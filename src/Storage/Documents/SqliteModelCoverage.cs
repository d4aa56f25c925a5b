using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Documents;

/// <summary>Which models have embedded which documents, in the embedded file.</summary>
public sealed class SqliteModelCoverage(SqliteDatabase database) : IModelCoverage
{
    /// <summary>Few, because the questions and uploads of a running process wait for the transaction.</summary>
    private const int DocumentsAtOnce = 5;

    public Task Use(string model, CancellationToken token) => database.Write(
        session => session.Change(
            "INSERT INTO embedding_model (name, used_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET used_at = excluded.used_at",
            model, session.Now),
        token);

    public Task<IReadOnlyList<ModelCoverage>> Read(CancellationToken token) => database.Read(
        session => ModelCoverage.WithUse(
            session.All(
                """
                WITH pair AS (
                    SELECT model.name, document.number, document.passages,
                           EXISTS (SELECT 1 FROM json_each(document.embedded_by) WHERE value = model.name) AS complete
                    FROM   embedding_model AS model JOIN document ON document.status IN ('searchable', 'ready')),
                counted AS (
                    SELECT name, passages, complete,
                           iif(complete, passages, (SELECT count(*) FROM passage JOIN passage_vector ON passage_vector.passage = passage.number
                                                    WHERE  passage.document = pair.number AND passage_vector.model = pair.name)) AS embedded
                    FROM   pair)
                SELECT name, used_at, count(*) FILTER (WHERE complete = 1), count(*) FILTER (WHERE complete = 0),
                       coalesce(sum(embedded), 0), coalesce(sum(passages - embedded), 0)
                FROM   embedding_model LEFT JOIN counted USING (name)
                GROUP  BY name, used_at ORDER BY used_at DESC, name
                """,
                row => new ModelCoverage(
                    row.GetString(0), row.Time(1), false, row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))),
            session.Now),
        token);

    public async Task<PrunedVectors> Prune(IReadOnlyList<string> kept, CancellationToken token)
    {
        string[] models = [.. kept.Order(StringComparer.Ordinal)];
        var (documents, vectors, last) = (0L, 0L, 0L);
        while (await database.Write(session => PruneSome(session, models, last), token) is { } some)
            (documents, vectors, last) = (documents + some.Documents, vectors + some.Vectors, some.Last);
        return new PrunedVectors(documents, vectors);
    }

    /// <summary>Prunes the documents after this one. Returns null at the end.</summary>
    private static PrunedBatch? PruneSome(SqliteSession session, string[] models, long after)
    {
        var kept = StoredJson.Write(models);
        var numbers = session.All(
            """
            SELECT number FROM document
            WHERE  status = 'ready' AND number > $2
            AND    NOT EXISTS (SELECT 1 FROM json_each($1) AS wanted WHERE wanted.value NOT IN (SELECT value FROM json_each(embedded_by)))
            ORDER  BY number LIMIT $3
            """,
            row => row.GetInt64(0), kept, after, DocumentsAtOnce);
        if (numbers.Count == 0)
            return null;
        var (documents, vectors) = (0L, 0L);
        foreach (var number in numbers)
        {
            var deleted = session.Change(
                """
                DELETE FROM passage_vector
                WHERE  passage IN (SELECT number FROM passage WHERE document = $1) AND model NOT IN (SELECT value FROM json_each($2))
                """,
                number, kept);
            if (deleted == 0)
                continue;
            session.Change(
                """
                UPDATE document
                SET    embedded_by = $2, version = version + 1,
                       embedding_model = iif(embedding_model IN (SELECT value FROM json_each($2)), embedding_model, $3)
                WHERE  number = $1
                """,
                number, kept, models[0]);
            (documents, vectors) = (documents + 1, vectors + deleted);
        }
        return new PrunedBatch(documents, vectors, numbers[^1]);
    }

    private sealed record PrunedBatch(long Documents, long Vectors, long Last);
}
