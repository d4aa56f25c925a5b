using Navigator.Storage.Migrations;

namespace Navigator.Storage.Sqlite;

/// <summary>Applies the numbered SQL files of this folder, each once, in order, each in its own transaction.</summary>
internal static class SqliteMigrator
{
    /// <summary>Marks a file as Navigator's (SQLite's application_id): "Navi".</summary>
    private const int ApplicationId = 0x4E61_7669;

    /// <exception cref="SqliteFileException">A newer program created the file, or it belongs to another program.</exception>
    /// <returns>True if no migration had been applied before.</returns>
    public static bool Migrate(SqliteSession session, string file)
    {
        var (shipped, applied) = Look(session, file);
        foreach (var (sql, i) in shipped.Values.Select((sql, i) => (sql, i)).Skip(applied))
        {
            session.Begin("BEGIN IMMEDIATE");
            session.Script(sql);
            session.Script($"PRAGMA user_version = {i + 1}; PRAGMA application_id = {ApplicationId}; COMMIT");
        }
        return applied == 0;
    }

    /// <summary>Checks that the file has this version's schema. For a program that must not migrate, because another one may be running.</summary>
    /// <exception cref="SqliteFileException">The file has another version.</exception>
    public static void Expect(SqliteSession session, string file)
    {
        var (shipped, applied) = Look(session, file);
        if (applied < shipped.Count)
            throw new SqliteFileException(
                $"{file} is from an older version of Navigator (schema {applied}; this version has {shipped.Count}). Start Navigator once to "
                    + "bring it up to date.");
    }

    /// <summary>Returns the shipped files, and how many of them are applied. They are applied in order, so user_version holds the count.</summary>
    private static (SortedDictionary<string, string> Shipped, int Applied) Look(SqliteSession session, string file)
    {
        var (owner, tables) = (session.Number("PRAGMA application_id"), session.Number("SELECT count(*) FROM sqlite_schema"));
        if (owner != ApplicationId && (owner != 0 || tables > 0))
            throw new SqliteFileException($"{file} is not a Navigator database. Move it away, or name another directory.");
        var (shipped, applied) = (Migrator.Shipped("sqlite/"), (int)session.Number("PRAGMA user_version"));
        if (applied > shipped.Count)
            throw new SqliteFileException(
                $"{file} was written by a newer version of Navigator (schema {applied}; this version has {shipped.Count}). Start the newer version.");
        return (shipped, applied);
    }
}
