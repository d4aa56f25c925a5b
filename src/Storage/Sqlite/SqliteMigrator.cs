using Navigator.Storage.Migrations;

namespace Navigator.Storage.Sqlite;

/// <summary>Applies the numbered SQL files of this folder, each once, in order, each in a transaction of its own.</summary>
internal static class SqliteMigrator
{
    /// <summary>Marks a file as Navigator's (SQLite's application_id): "Navi".</summary>
    private const int ApplicationId = 0x4E61_7669;

    /// <exception cref="SqliteFileException">A newer program made the file, or it is another program's.</exception>
    /// <returns>True where nothing had been applied before.</returns>
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

    /// <summary>For a program that changes no schema: another one may be running on it.</summary>
    /// <exception cref="SqliteFileException">The file is not of this version.</exception>
    public static void Expect(SqliteSession session, string file)
    {
        var (shipped, applied) = Look(session, file);
        if (applied < shipped.Count)
            throw new SqliteFileException(
                $"{file} is of an older version of Navigator (schema {applied}, and this one knows {shipped.Count}): start Navigator once to "
                    + "bring it up to date.");
    }

    /// <summary>What there is to apply, and how many of it were: that stands in user_version, since they are applied in order.</summary>
    private static (SortedDictionary<string, string> Shipped, int Applied) Look(SqliteSession session, string file)
    {
        var (owner, tables) = (session.Number("PRAGMA application_id"), session.Number("SELECT count(*) FROM sqlite_schema"));
        if (owner != ApplicationId && (owner != 0 || tables > 0))
            throw new SqliteFileException($"{file} is no database of Navigator's. Move it away, or name another directory.");
        var (shipped, applied) = (Migrator.Shipped("sqlite/"), (int)session.Number("PRAGMA user_version"));
        if (applied > shipped.Count)
            throw new SqliteFileException(
                $"{file} was written by a newer version of Navigator (schema {applied}, and this one knows {shipped.Count}): start that one.");
        return (shipped, applied);
    }
}
