using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Documents;

/// <summary>The rows of a document's passages in the embedded file.</summary>
internal static class SqlitePassages
{
    /// <summary>Deletes passages with their vectors and terms.</summary>
    public static void Delete(SqliteSession session, long document)
    {
        session.Change("DELETE FROM passage WHERE document = $1", document);
        session.Change("DELETE FROM posting WHERE document = $1", document);
    }
}
