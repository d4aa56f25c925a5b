namespace Navigator.Storage.Moving;

/// <summary>The result of an import.</summary>
/// <param name="LostCitations">Number of refused documents that imported answers cite. These citations have no target.</param>
public sealed record ImportSummary(IReadOnlyList<ImportedKind> Kinds, long LostCitations)
{
    /// <summary>Every row of the export is in the database.</summary>
    public bool IsComplete => Kinds.All(kind => kind.IsComplete);
}

/// <param name="Kind">An <see cref="ExportedKind"/>.</param>
/// <param name="Imported">Rows that this run wrote.</param>
/// <param name="Present">Rows that an earlier run wrote.</param>
/// <param name="Refused">Number of rows that were not imported, by reason: a <see cref="Refusal"/>.</param>
public sealed record ImportedKind(string Kind, long Exported, long Imported, long Present, IReadOnlyDictionary<string, long> Refused)
{
    public bool IsComplete => Imported + Present == Exported;
}

/// <summary>Why a row was not imported.</summary>
public static class Refusal
{
    /// <summary>The database has the same bytes, or the same idempotency key, under another id. The existing row is kept.</summary>
    public const string KeptFromBefore = "kept_from_before";

    /// <summary>The database has another key with this id.</summary>
    public const string IdTaken = "id_taken";

    /// <summary>The passage's document was refused.</summary>
    public const string DocumentRefused = "document_refused";

    /// <summary>The document exists without this passage, because it was imported in another state or has changed since.</summary>
    public const string DocumentChanged = "document_changed";

    /// <summary>The database cannot hold the row. The name of the violated constraint or PostgreSQL's error code follows.</summary>
    public const string NotStorable = "not_storable:";
}
