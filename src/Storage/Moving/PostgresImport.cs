using System.Runtime.InteropServices;
using System.Text.Json;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Navigator.Storage.Tenants;
using Npgsql;
using NpgsqlTypes;
using Pgvector;
using static Navigator.Storage.Moving.ImportTally;

namespace Navigator.Storage.Moving;

/// <summary>
/// Moves an export into PostgreSQL, one kind of row after the other, in transactions that each leave whole rows. Existing rows are not
/// changed. An import that was stopped is run again: it skips the rows that exist already.
/// </summary>
public sealed class PostgresImport
{
    /// <summary>Rows in one transaction. A document has its own transaction, with all its passages.</summary>
    private const int RowsAtOnce = 100;

    private readonly NpgsqlConnection connection;
    private readonly VerifiedExport export;
    private readonly Dictionary<string, ImportTally> tallies;
    private readonly int rowsAtOnce;
    private readonly CancellationToken token;

    /// <summary>Refused documents. Imported answers may still cite them.</summary>
    private readonly HashSet<Guid> refusedDocuments = [];
    private long lostCitations;

    private PostgresImport(
        NpgsqlConnection connection, VerifiedExport export, Action<MovingProgress> progress, int rowsAtOnce, CancellationToken token)
    {
        (this.connection, this.export, this.rowsAtOnce, this.token) = (connection, export, rowsAtOnce, token);
        tallies = ExportedKind.All.ToDictionary(kind => kind, kind => new ImportTally(kind, export.Count(kind), progress), StringComparer.Ordinal);
    }

    /// <param name="owner">Data source of the schema's owner. The import uses one connection.</param>
    /// <param name="directory">Directory of the export. All of it is verified before anything is written.</param>
    /// <exception cref="MovingException">The export is incomplete, or this program does not know its format.</exception>
    public static Task<ImportSummary> Run(
        NpgsqlDataSource owner, string directory, Action<MovingProgress> progress, CancellationToken token) =>
        Run(owner, directory, progress, RowsAtOnce, token);

    /// <inheritdoc cref="Run(NpgsqlDataSource, string, Action{MovingProgress}, CancellationToken)"/>
    internal static async Task<ImportSummary> Run(
        NpgsqlDataSource owner, string directory, Action<MovingProgress> progress, int rowsAtOnce, CancellationToken token)
    {
        var export = await VerifiedExport.Open(directory, progress, token);
        await using var connection = await owner.Open(token);
        return await new PostgresImport(connection, export, progress, rowsAtOnce, token).Run();
    }

    private async Task<ImportSummary> Run()
    {
        await Move<ExportedTenant>(ExportedKind.Tenants, tenant => tenant.Id, StoreTenants);
        await Move<ExportedKey>(ExportedKind.Keys, key => key.TenantId, StoreKeys);
        await MoveDocuments();
        await Move<ExportedJob>(ExportedKind.Jobs, job => job.TenantId, StoreJobs, CountLostCitations);
        await Move<ExportedDeed>(ExportedKind.Audit, deed => deed.TenantId, StoreAudit);
        foreach (var tally in tallies.Values)
            tally.Show();
        return new ImportSummary([.. ExportedKind.All.Select(kind => tallies[kind].Summary())], lostCitations);
    }

    /// <param name="tenantOf">Returns the row's tenant, the transaction's tenant scope. Row-level security applies to the owner too.</param>
    /// <param name="store">Stores rows and returns the outcome of each.</param>
    private async Task Move<T>(
        string kind, Func<T, string> tenantOf, Func<T[], Task<IReadOnlyList<string>>> store, Action<T, string>? stored = null)
    {
        foreach (var rows in export.Read<T>(kind).Chunk(rowsAtOnce))
        {
            var fates = await Store(rows, tenantOf, store);
            for (var i = 0; i < rows.Length; i++)
            {
                tallies[kind].Count(fates[i]);
                stored?.Invoke(rows[i], fates[i]);
            }
        }
    }

    /// <summary>Stores rows in one transaction. If the database cannot hold one of them, each row gets its own transaction.</summary>
    private async Task<IReadOnlyList<string>> Store<T>(
        T[] rows, Func<T, string> tenantOf, Func<T[], Task<IReadOnlyList<string>>> store)
    {
        token.ThrowIfCancellationRequested();
        try
        {
            return await InTransaction(rows.Select(tenantOf), () => store(rows));
        }
        catch (PostgresException error) when (IsOfARow(error))
        {
            if (rows.Length == 1)
                return [NotStorable(error)];
            var fates = new List<string>(rows.Length);
            foreach (var row in rows)
                fates.AddRange(await Store([row], tenantOf, store));
            return fates;
        }
    }

    private async Task<IReadOnlyList<string>> StoreTenants(ExportedTenant[] tenants)
    {
        var complete = tenants.Select(tenant => tenant.WebhookSecret is null
            ? tenant with { WebhookSecret = TenantRules.NewWebhookSecret() }
            : tenant);
        await using var insert = connection.InSameScope(ImportStatements.InsertTenants);
        var written = await Written(insert, complete.ToArray(), row => row.GetString(0));
        foreach (var tenant in written)
            await PostgresAudit.RecordOwner(connection, tenant, "tenant.import", tenant, token);
        return [.. tenants.Select(tenant => written.Contains(tenant.Id) ? Imported : Present)];
    }

    private async Task<IReadOnlyList<string>> StoreKeys(ExportedKey[] keys)
    {
        await using var insert = connection.InSameScope(ImportStatements.InsertKeys);
        var written = await Written(insert, keys, row => row.GetString(0));
        await using var find = connection.InSameScope("SELECT id, tenant_id, secret_sha256 FROM api_key WHERE id = ANY ($1)");
        var there = await find.With(keys.Select(key => key.Id).ToArray())
            .All(row => (Id: row.GetString(0), Tenant: row.GetString(1), Hash: row.GetFieldValue<byte[]>(2)), token);
        return
        [
            .. keys.Select(key => written.Contains(key.Id) ? Imported
                : there.Exists(kept => kept.Id == key.Id && kept.Tenant == key.TenantId && kept.Hash.SequenceEqual(key.SecretSha256)) ? Present
                : Refusal.IdTaken),
        ];
    }

    private async Task<IReadOnlyList<string>> StoreJobs(ExportedJob[] jobs)
    {
        await using var insert = connection.InSameScope(ImportStatements.InsertJobs);
        var written = await Written(insert, jobs, row => row.GetGuid(0));
        await using var find = connection.InSameScope("SELECT id FROM chat_job WHERE id = ANY ($1)");
        var there = (await find.With(jobs.Select(job => job.Id).ToArray()).All(row => row.GetGuid(0), token)).ToHashSet();
        return [.. jobs.Select(job => written.Contains(job.Id) ? Imported : there.Contains(job.Id) ? Present : Refusal.KeptFromBefore)];
    }

    private async Task<IReadOnlyList<string>> StoreAudit(ExportedDeed[] deeds)
    {
        await using var insert = connection.InSameScope(ImportStatements.InsertAudit);
        var written = await insert.With(Json(deeds), NpgsqlDbType.Json).Change(token);
        return [.. Enumerable.Repeat(Imported, written), .. Enumerable.Repeat(Present, deeds.Length - written)];
    }

    private void CountLostCitations(ExportedJob job, string fate)
    {
        if (fate is Imported or Present)
            lostCitations += job.Cites.Count(refusedDocuments.Contains);
    }

    private async Task MoveDocuments()
    {
        var (documents, passages) = (tallies[ExportedKind.Documents], tallies[ExportedKind.Passages]);
        using var lines = new PassageLines(export.Read<ExportedPassage>(ExportedKind.Passages));
        foreach (var document in export.Read<ExportedDocument>(ExportedKind.Documents))
        {
            token.ThrowIfCancellationRequested();
            var before = lines.Taken;
            var fate = await StoreDocument(document, lines);
            if (fate == Present)
            {
                await ComparePassages(document, lines);
            }
            else if (fate == Imported)
            {
                passages.Count(Imported, lines.Taken - before);
            }
            else
            {
                refusedDocuments.Add(document.Id);
                lines.Skip(document.Id);
                passages.Count(Refusal.DocumentRefused, lines.Taken - before);
            }
            documents.Count(fate);
        }
    }

    /// <summary>
    /// Stores a document with all its passages in one transaction of many statements, so that a search sees all of it or nothing. A stopped
    /// import loses at most some minutes of work on a long document, and leaves no partial document that would have to be detected.
    /// </summary>
    private async Task<string> StoreDocument(ExportedDocument document, PassageLines lines)
    {
        try
        {
            return await InTransaction([document.TenantId], async () =>
            {
                if (await Find(document) is { } fate)
                    return fate;
                // A caller uploaded the same bytes a moment ago.
                if (!await Insert(document))
                    return Refusal.KeptFromBefore;
                var stored = 0;
                foreach (var some in lines.Of(document.Id).Chunk(PostgresPassages.AtOnce))
                {
                    await Insert(document, some);
                    tallies[ExportedKind.Passages].Show(stored += some.Length);
                }
                return Imported;
            });
        }
        catch (PostgresException error) when (IsOfARow(error))
        {
            return NotStorable(error);
        }
    }

    /// <returns>The outcome for a document that exists already; null if it does not exist.</returns>
    private async Task<string?> Find(ExportedDocument document)
    {
        await using var find = connection.InSameScope("SELECT id FROM document WHERE tenant_id = $1 AND (id = $2 OR sha256 = $3)");
        var there = await find.With(document.TenantId).With(document.Id).With(document.Sha256).All(row => row.GetGuid(0), token);
        return there.Contains(document.Id) ? Present : there.Count > 0 ? Refusal.KeptFromBefore : null;
    }

    private async Task<bool> Insert(ExportedDocument document)
    {
        var content = document.OriginalSha256 is null ? null : await File.ReadAllBytesAsync(export.OriginalOf(document.Id), token);
        await using var insert = connection.InSameScope(ImportStatements.InsertDocument);
        return await insert.With(Json(document), NpgsqlDbType.Json).With(content, NpgsqlDbType.Bytea).Change(token) == 1;
    }

    private async Task Insert(ExportedDocument document, ExportedPassage[] passages)
    {
        await using var batch = connection.CreateBatch();
        foreach (var passage in passages)
        {
            var insert = new NpgsqlBatchCommand(
                "INSERT INTO passage (id, tenant_id, document_id, ordinal, page, headings, text) VALUES ($1, $2, $3, $4, $5, $6, $7)");
            foreach (var value in new object?[] { passage.Id, document.TenantId, document.Id, passage.Ordinal })
                insert.Parameters.Add(new NpgsqlParameter { Value = value });
            insert.Parameters.Add(new NpgsqlParameter { Value = (object?)passage.Page ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
            foreach (var value in new object[] { passage.Headings, passage.Text })
                insert.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(insert);
            if (passage.Vector is null)
                continue;
            var store = new NpgsqlBatchCommand(
                "INSERT INTO passage_vector (tenant_id, document_id, model, passage_id, vector) VALUES ($1, $2, $3, $4, $5)");
            foreach (var value in new object?[] { document.TenantId, document.Id, document.EmbeddingModel, passage.Id, VectorOf(passage.Vector) })
                store.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            batch.BatchCommands.Add(store);
        }
        await batch.ExecuteNonQueryAsync(token);
        await PostgresPassages.InsertPostings(
            connection, document.TenantId, document.Id,
            [.. passages.Select(passage => (passage.Ordinal, new NewPassage(passage.Page, passage.Headings, passage.Text)))], token);
    }

    /// <summary>Compares the passages of a document that exists. They differ if the document has changed since an earlier import.</summary>
    private async Task ComparePassages(ExportedDocument document, PassageLines lines)
    {
        foreach (var some in lines.Of(document.Id).Chunk(PostgresPassages.AtOnce))
        {
            token.ThrowIfCancellationRequested();
            var there = await InTransaction([document.TenantId], async () =>
            {
                await using var count = connection.InSameScope("SELECT count(*)::int FROM passage WHERE document_id = $1 AND id = ANY ($2)");
                return await count.With(document.Id).With(some.Select(passage => passage.Id).ToArray()).Number(token);
            });
            tallies[ExportedKind.Passages].Count(Present, there);
            tallies[ExportedKind.Passages].Count(Refusal.DocumentChanged, some.Length - there);
        }
    }

    private async Task<T> InTransaction<T>(IEnumerable<string> tenants, Func<Task<T>> work)
    {
        await using var transaction = await connection.BeginTransactionAsync(token);
        await connection.Enter(Scopes.Tenant(string.Join(',', tenants.Distinct(StringComparer.Ordinal))), token);
        var result = await work();
        await transaction.CommitAsync(token);
        return result;
    }

    /// <summary>Returns the ids of the rows that a statement wrote.</summary>
    private async Task<HashSet<TId>> Written<TRow, TId>(Statement insert, TRow[] rows, Func<NpgsqlDataReader, TId> id) =>
        [.. await insert.With(Json(rows), NpgsqlDbType.Json).All(id, token)];

    /// <summary>Serializes rows as they are in the export, because PostgreSQL reads the lines as rows.</summary>
    private static string Json<T>(T rows) => JsonSerializer.Serialize(rows, ExportFormat.Json);

    /// <summary>Copies the bytes: the export is little-endian, as are x64 and Arm64.</summary>
    private static HalfVector VectorOf(byte[] stored) => PassageVectors.ToHalf(MemoryMarshal.Cast<byte, float>(stored).ToArray());

    /// <summary>
    /// True if the database cannot hold the row: an invalid value, a violated constraint, an exceeded limit. False if the database failed.
    /// </summary>
    private static bool IsOfARow(PostgresException error) => error.SqlState[..2] is "22" or "23" or "54";

    private static string NotStorable(PostgresException error) => Refusal.NotStorable + (error.ConstraintName ?? error.SqlState);
}
