using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Moving;

/// <summary>
/// Writes the contents of the embedded file to a directory. All rows are read in one transaction, so the export shows one moment of the file
/// while another process may go on writing. Rows are written one by one, so that memory does not grow with the file. Terms are left out,
/// because an import computes them from the passages.
/// </summary>
public sealed class SqliteExport
{
    /// <summary>
    /// Includes tenants without a row of their own: in embedded mode, tenants from the settings and the tenant that needs no key have none.
    /// </summary>
    private const string Tenants =
        """
        SELECT id, webhook_secret, created_at FROM tenant
        UNION ALL
        SELECT used.id, NULL, NULL FROM (SELECT tenant_id AS id FROM chat_job UNION SELECT tenant_id FROM document) AS used
        WHERE  NOT EXISTS (SELECT 1 FROM tenant WHERE tenant.id = used.id)
        """;

    private readonly SqliteSession session;
    private readonly string directory;
    private readonly Action<MovingProgress> progress;
    private readonly CancellationToken token;
    private readonly SortedDictionary<string, ExportedFile> files = new(StringComparer.Ordinal);
    private long originals;

    private SqliteExport(SqliteSession session, string directory, Action<MovingProgress> progress, CancellationToken token) =>
        (this.session, this.directory, this.progress, this.token) = (session, directory, progress, token);

    /// <param name="directory">Must exist and be empty. After an error its contents are not a valid export.</param>
    /// <param name="progress">Called while rows are read, so it must not block.</param>
    public static Task<ExportManifest> Write(
        SqliteDatabase database, string directory, Action<MovingProgress> progress, CancellationToken token) =>
        database.Read(session => new SqliteExport(session, directory, progress, token).Write(), token);

    private ExportManifest Write()
    {
        WriteTenants();
        WriteKeys();
        WriteDocuments();
        WriteJobs();
        WriteAudit();
        var manifest = new ExportManifest(ExportFormat.Number, session.Now, files, originals);
        using var file = Create(Path.Combine(directory, ExportFormat.Manifest));
        JsonSerializer.Serialize(file, manifest, ExportFormat.Indented);
        return manifest;
    }

    private void WriteTenants()
    {
        using var lines = Begin(ExportedKind.Tenants, $"SELECT count(*) FROM ({Tenants})");
        session.Each(
            Tenants, row => lines.Write(new ExportedTenant(row.GetString(0), row.IsDBNull(1) ? null : row.Bytes(1), row.TimeOrNull(2))));
        End(lines);
    }

    private void WriteKeys()
    {
        using var lines = Begin(ExportedKind.Keys, "SELECT count(*) FROM api_key");
        session.Each(
            "SELECT id, tenant_id, secret_sha256, scopes, created_at, expires_at, revoked_at, last_used_at FROM api_key ORDER BY rowid",
            row => lines.Write(new ExportedKey(
                row.GetString(0), row.GetString(1), row.Bytes(2), StoredJson.Read<string[]>(row.GetString(3)), row.Time(4), row.TimeOrNull(5),
                row.TimeOrNull(6), row.TimeOrNull(7))));
        End(lines);
    }

    /// <summary>Writes documents and their passages in the same order, because an import reads both files side by side.</summary>
    private void WriteDocuments()
    {
        Directory.CreateDirectory(Path.Combine(directory, ExportFormat.Originals));
        using var documents = Begin(ExportedKind.Documents, "SELECT count(*) FROM document");
        using var passages = Begin(ExportedKind.Passages, "SELECT count(*) FROM passage");
        session.Each(
            """
            SELECT number, id, tenant_id, title, media_type, bytes, sha256, status, attempt, claimed_by, pages, passages, embedded, embedding_model,
                   error_code, error_message, version, created_at, finished_at, deadline_at, due_at
            FROM   document ORDER BY number
            """,
            row =>
            {
                var (number, id) = (row.GetInt64(0), row.Id(1));
                documents.Write(DocumentOf(row, id, WriteOriginal(number, id)));
                WritePassages(number, id, row.TextOrNull(13), passages);
            });
        End(documents);
        End(passages);
    }

    private void WritePassages(long document, Guid id, string? model, LineFile lines) => session.Each(
        """
        SELECT passage.id, ordinal, page, headings, text, vector
        FROM   passage LEFT JOIN passage_vector ON passage_vector.passage = passage.number AND passage_vector.model = $2
        WHERE  document = $1 ORDER BY ordinal
        """,
        row => lines.Write(new ExportedPassage(
            id, row.Id(0), row.GetInt32(1), row.NumberOrNull(2), StoredJson.Read<string[]>(row.GetString(3)), row.GetString(4),
            row.IsDBNull(5) ? null : row.Bytes(5))),
        document, model);

    /// <returns>The SHA-256 of the bytes; null if they are not stored.</returns>
    private string? WriteOriginal(long document, Guid id)
    {
        if (session.One("SELECT content FROM document_content WHERE document = $1", row => row.Bytes(0), document) is not { } content)
            return null;
        using var file = Create(Path.Combine(directory, ExportFormat.Originals, id.ToString()));
        file.Write(content);
        originals++;
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    private void WriteJobs()
    {
        using var lines = Begin(ExportedKind.Jobs, "SELECT count(*) FROM chat_job");
        // By rowid, the order of the file: another order might need a sort in memory.
        session.Each(
            """
            SELECT chat_job.id, chat_job.tenant_id, conversation_id, idempotency_key, request_hash, question, options, chat_job.status, stage,
                   chat_job.attempt, first_attempt, held, claimed_by, pending, plan, tool_result, answer, error_code, error_message, degraded,
                   earlier_ends, replay_id, version, accepted_at, queued_at, started_at, tools_at, wave_at, answer_at, finished_at, deadline_at,
                   chat_job.due_at,
                   (SELECT json_group_array(document_id) FROM job_citation WHERE job_citation.job_id = chat_job.id),
                   webhook.url, webhook.status, webhook.attempt, tries, told_end, response_status, error, delivered_at, webhook.due_at
            FROM   chat_job LEFT JOIN webhook ON webhook.job_id = chat_job.id
            ORDER  BY chat_job.rowid
            """,
            row => lines.Write(JobOf(row)));
        End(lines);
    }

    private void WriteAudit()
    {
        using var lines = Begin(ExportedKind.Audit, "SELECT count(*) FROM audit");
        session.Each(
            "SELECT at, tenant_id, actor, action, subject FROM audit ORDER BY id",
            row => lines.Write(new ExportedDeed(row.Time(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4))));
        End(lines);
    }

    private LineFile Begin(string kind, string count) => new(
        Create(Path.Combine(directory, ExportFormat.FileOf(kind))), kind,
        rows =>
        {
            token.ThrowIfCancellationRequested();
            progress(rows);
        },
        session.Number(count));

    private void End(LineFile lines) => files.Add(ExportFormat.FileOf(lines.Kind), lines.End());

    private static ExportedDocument DocumentOf(SqliteDataReader row, Guid id, string? originalSha256) => new()
    {
        Id = id,
        TenantId = row.GetString(2),
        Title = row.GetString(3),
        MediaType = row.GetString(4),
        Bytes = row.GetInt64(5),
        Sha256 = row.Bytes(6),
        OriginalSha256 = originalSha256,
        Status = row.GetString(7),
        Attempt = row.GetInt32(8),
        ClaimedBy = row.TextOrNull(9),
        Pages = row.NumberOrNull(10),
        Passages = row.NumberOrNull(11),
        Embedded = row.GetInt32(12),
        EmbeddingModel = row.TextOrNull(13),
        ErrorCode = row.TextOrNull(14),
        ErrorMessage = row.TextOrNull(15),
        Version = row.GetInt32(16),
        CreatedAt = row.Time(17),
        FinishedAt = row.TimeOrNull(18),
        DeadlineAt = row.Time(19),
        DueAt = row.TimeOrNull(20),
    };

    private static ExportedJob JobOf(SqliteDataReader row) => new()
    {
        Id = row.Id(0),
        TenantId = row.GetString(1),
        ConversationId = row.GetString(2),
        IdempotencyKey = row.TextOrNull(3),
        RequestHash = row.Bytes(4),
        Question = row.GetString(5),
        Options = Part(row, 6),
        Status = row.GetString(7),
        Stage = row.GetString(8),
        Attempt = row.GetInt32(9),
        FirstAttempt = row.GetInt32(10),
        Held = row.Flag(11),
        ClaimedBy = row.TextOrNull(12),
        Pending = Part(row, 13),
        Plan = row.IsDBNull(14) ? null : Part(row, 14),
        ToolResult = Part(row, 15),
        Answer = row.IsDBNull(16) ? null : Part(row, 16),
        ErrorCode = row.TextOrNull(17),
        ErrorMessage = row.TextOrNull(18),
        Degraded = Part(row, 19),
        EarlierEnds = Part(row, 20),
        ReplayId = row.IsDBNull(21) ? null : row.Id(21),
        Version = row.GetInt32(22),
        AcceptedAt = row.Time(23),
        QueuedAt = row.Time(24),
        StartedAt = row.TimeOrNull(25),
        ToolsAt = row.TimeOrNull(26),
        WaveAt = row.TimeOrNull(27),
        AnswerAt = row.TimeOrNull(28),
        FinishedAt = row.TimeOrNull(29),
        DeadlineAt = row.Time(30),
        DueAt = row.TimeOrNull(31),
        Cites = StoredJson.Read<Guid[]>(row.GetString(32)),
        Webhook = row.IsDBNull(33) ? null : WebhookOf(row),
    };

    private static ExportedWebhook WebhookOf(SqliteDataReader row) => new(
        row.GetString(33), row.GetString(34), row.GetInt32(35), row.GetInt32(36), row.TimeOrNull(37), row.NumberOrNull(38), row.TextOrNull(39),
        row.TimeOrNull(40), row.TimeOrNull(41));

    private static JsonElement Part(SqliteDataReader row, int column)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(row.GetString(column));
        }
        catch (JsonException error)
        {
            // The error's own message is left out, because it may quote stored text.
            throw new MovingException($"Job {row.GetString(0)} cannot be exported: its {row.GetName(column)} is not valid JSON.", error);
        }
    }

    /// <summary>Creates a file that only its owner may read, because it holds people's questions and webhook secrets.</summary>
    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>A file with one JSON object a line, and its entry in the manifest.</summary>
    private sealed class LineFile(FileStream file, string kind, Action<MovingProgress> written, long total) : IDisposable
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long rows;

        public string Kind => kind;

        public void Write<T>(T row)
        {
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(row, ExportFormat.Json), (byte)'\n'];
            file.Write(line);
            hash.AppendData(line);
            rows++;
            written(new MovingProgress(kind, rows, total));
        }

        public ExportedFile End()
        {
            file.Flush();
            // Reports a kind without rows as done too.
            written(new MovingProgress(kind, rows, total));
            return new ExportedFile(rows, Convert.ToHexStringLower(hash.GetCurrentHash()));
        }

        public void Dispose()
        {
            hash.Dispose();
            file.Dispose();
        }
    }
}
