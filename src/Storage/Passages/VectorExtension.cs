using Npgsql;

namespace Navigator.Storage.Passages;

/// <summary>The server's pgvector.</summary>
public static class VectorExtension
{
    /// <summary>Versions before this one can corrupt an HNSW index while a table is vacuumed, and 0.6.0 to 0.8.1 have CVE-2026-3172.</summary>
    private static readonly Version Wanted = new(0, 8, 4);

    /// <returns>The installed version if it is older than the wanted one; otherwise null.</returns>
    public static async Task<string?> Outdated(NpgsqlDataSource database, CancellationToken token)
    {
        await using var find = database.WithoutTenant("SELECT extversion FROM pg_extension WHERE extname = 'vector'");
        var installed = await find.One(row => row.GetString(0), token);
        return IsOutdated(installed) ? installed : null;
    }

    internal static bool IsOutdated(string? installed) => Version.TryParse(installed, out var version) && version < Wanted;
}
