using Microsoft.Data.Sqlite;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Documents;

/// <summary>A document as the embedded file keeps it.</summary>
/// <param name="Number">The document's key in the other tables.</param>
internal sealed record SqliteDocumentRow(long Number, DocumentRecord Document)
{
    /// <summary>For a SELECT only: one of them looks into another table.</summary>
    public const string Columns =
        """
        number, id, tenant_id, title, media_type, bytes, status, attempt, claimed_by, pages, passages, embedded, embedding_model,
        error_code, error_message, version, created_at, finished_at, deadline_at, due_at,
        EXISTS (SELECT 1 FROM document_content WHERE document_content.document = document.number), embedded_by
        """;

    public static SqliteDocumentRow Read(SqliteDataReader row, DateTimeOffset now) => new(
        row.GetInt64(0),
        new DocumentRecord
        {
            Id = row.Id(1),
            Tenant = row.GetString(2),
            Title = row.GetString(3),
            MediaType = row.GetString(4),
            Bytes = row.GetInt64(5),
            Status = StoredJson.Parse<DocumentStatus>(row.GetString(6)),
            Attempt = row.GetInt32(7),
            ClaimedBy = row.TextOrNull(8),
            Pages = row.NumberOrNull(9),
            Passages = row.NumberOrNull(10),
            Embedded = row.GetInt32(11),
            EmbeddingModel = row.TextOrNull(12),
            Error = row.IsDBNull(13) ? null : new ChatError(row.GetString(13), row.GetString(14)),
            Version = row.GetInt32(15),
            CreatedAt = row.Time(16),
            FinishedAt = row.TimeOrNull(17),
            DeadlineAt = row.Time(18),
            DueAt = row.TimeOrNull(19),
            HasContent = row.Flag(20),
            EmbeddedBy = StoredJson.Read<string[]>(row.GetString(21)),
            Now = now,
        });
}
