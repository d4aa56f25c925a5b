namespace Navigator.Storage.Moving;

/// <summary>What came of an import.</summary>
/// <param name="LostCitations">Documents quoted by answers that are there, while the document was refused: these citations lead nowhere.</param>
public sealed record ImportSummary(IReadOnlyList<ImportedKind> Kinds, long LostCitations)
{
    /// <summary>Every row of the export is in the database.</summary>
    public bool IsComplete => Kinds.All(kind => kind.IsComplete);
}

/// <param name="Kind">An <see cref="ExportedKind"/>.</param>
/// <param name="Imported">By this run.</param>
/// <param name="Present">There before, from an earlier run.</param>
/// <param name="Refused">How many are not there, by the reason: a <see cref="Refusal"/>.</param>
public sealed record ImportedKind(string Kind, long Exported, long Imported, long Present, IReadOnlyDictionary<string, long> Refused)
{
    public bool IsComplete => Imported + Present == Exported;
}

/// <summary>Why a row is not in the database.</summary>
public static class Refusal
{
    /// <summary>The same bytes, or the same idempotency key, are there under another id. That one is kept.</summary>
    public const string KeptFromBefore = "kept_from_before";

    /// <summary>There is another key of this id.</summary>
    public const string IdTaken = "id_taken";

    /// <summary>A passage's document was refused.</summary>
    public const string DocumentRefused = "document_refused";

    /// <summary>The document is there, and this passage of it is not: it was imported in another state, or has changed since.</summary>
    public const string DocumentChanged = "document_changed";

    /// <summary>The database cannot hold the row. What follows this is the rule that it breaks, or PostgreSQL's code of the error.</summary>
    public const string NotStorable = "not_storable:";
}
