using Npgsql;

namespace Navigator.Storage.Documents;

/// <summary>Which models have embedded which documents, in PostgreSQL. Workers report their model; the owner reads and prunes.</summary>
public sealed class PostgresModelCoverage(NpgsqlDataSource database) : IModelCoverage
{
    private const int DocumentsAtOnce = 50;

    public async Task Use(string model, CancellationToken token)
    {
        await using var command = database.WithoutTenant(
            "INSERT INTO embedding_model (name, used_at) VALUES ($1, now()) ON CONFLICT (name) DO UPDATE SET used_at = excluded.used_at");
        await command.With(model).Change(token);
    }

    public async Task<IReadOnlyList<ModelCoverage>> Read(CancellationToken token)
    {
        await using var command = new Statement(
            database.CreateBatch(), AllTenants(),
            """
            SELECT model.name, model.used_at, now(),
                   count(*) FILTER (WHERE document.complete), count(*) FILTER (WHERE NOT document.complete),
                   coalesce(sum(document.embedded), 0)::bigint, coalesce(sum(document.passages - document.embedded), 0)::bigint
            FROM   embedding_model AS model
            LEFT   JOIN LATERAL (
                SELECT passages, model.name = ANY (embedded_by) AS complete,
                       CASE WHEN model.name = ANY (embedded_by) THEN passages
                            ELSE (SELECT count(*) FROM passage_vector AS stored WHERE stored.document_id = document.id AND stored.model = model.name)
                       END AS embedded
                FROM   document WHERE status IN ('searchable', 'ready')) AS document ON true
            GROUP  BY model.name, model.used_at ORDER BY model.used_at DESC, model.name
            """);
        var now = DateTimeOffset.MinValue;
        var models = await command.All(
            row =>
            {
                now = row.GetFieldValue<DateTimeOffset>(2);
                return new ModelCoverage(
                    row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), false, row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
                    row.GetInt64(6));
            },
            token);
        return ModelCoverage.WithUse(models, now);
    }

    public async Task<PrunedVectors> Prune(IReadOnlyList<string> kept, CancellationToken token)
    {
        string[] models = [.. kept.Order(StringComparer.Ordinal)];
        var (documents, vectors, last) = (0L, 0L, Guid.Empty);
        while (await PruneSome(models, last, token) is { } some)
            (documents, vectors, last) = (documents + some.Documents, vectors + some.Vectors, some.Last);
        return new PrunedVectors(documents, vectors);
    }

    /// <summary>Prunes the documents after this one. Returns null at the end. The rows are locked first, as by everyone who stores vectors.</summary>
    private async Task<PrunedBatch?> PruneSome(string[] models, Guid after, CancellationToken token)
    {
        await using var connection = await database.Open(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var find = new Statement(
            connection.CreateBatch(), AllTenants(),
            """
            SELECT id FROM document WHERE status = 'ready' AND embedded_by @> $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
            """);
        var ids = await find.With(models).With(after).With(DocumentsAtOnce).All(row => row.GetGuid(0), token);
        if (ids.Count == 0)
            return null;
        await using var delete = connection.InSameScope(
            """
            WITH deleted AS (DELETE FROM passage_vector WHERE document_id = ANY ($1) AND NOT model = ANY ($2) RETURNING document_id),
                 counted AS (SELECT document_id, count(*) AS vectors FROM deleted GROUP BY document_id),
                 updated AS (
                     UPDATE document
                     SET    embedded_by = $2, version = version + 1,
                            embedding_model = CASE WHEN embedding_model = ANY ($2) THEN embedding_model ELSE ($2::text[])[1] END
                     WHERE  id IN (SELECT document_id FROM counted)
                     RETURNING id)
            SELECT (SELECT count(*) FROM updated), (SELECT coalesce(sum(vectors), 0)::bigint FROM counted)
            """);
        var pruned = (await delete.With(ids.ToArray()).With(models).One(
            row => new PrunedBatch(row.GetInt64(0), row.GetInt64(1), ids[^1]), token))!;
        await transaction.CommitAsync(token);
        return pruned;
    }

    private static NpgsqlBatchCommand AllTenants() =>
        new("SELECT set_config('app.tenant_id', (SELECT coalesce(string_agg(id, ','), '') FROM tenant), true)");

    private sealed record PrunedBatch(long Documents, long Vectors, Guid Last);
}
