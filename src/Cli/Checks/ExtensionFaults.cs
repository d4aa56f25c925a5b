namespace Navigator.Cli.Checks;

/// <summary>Known faults of versions of PostgreSQL's extensions, from their change logs.</summary>
internal static class ExtensionFaults
{
    private sealed record Fault(string Extension, Version From, Version Mended, string What);

    private static readonly Fault[] Known =
    [
        new("vector", new(0, 6, 0), new(0, 8, 2), "CVE-2026-3172: a parallel build of an HNSW index may read or overwrite memory"),
        new("vector", new(0, 5, 0), new(0, 8, 4), "vacuum may corrupt an HNSW index"),
    ];

    /// <summary>The first version of pgvector with iterative scans, without which searches of a large tenant find too few passages.</summary>
    private static readonly Version OldestVector = new(0, 8, 0);

    /// <param name="version">As pg_extension has it: 0.8.1.</param>
    public static Finding Judge(string check, string extension, string version)
    {
        var found = $"{extension} {version}";
        if (!Version.TryParse(version, out var parsed))
            return Finding.Warn(check, $"{found}: not a version that can be compared", "Compare it with docs/operating.md.");
        var faults = Known.Where(fault => fault.Extension == extension && parsed >= fault.From && parsed < fault.Mended).ToList();
        if (extension == "vector" && parsed < OldestVector)
            return Finding.Fail(check, $"{found} is too old: it has no iterative scans", Mend(extension, OldestVector));
        return faults.Count == 0
            ? Finding.Ok(check, $"{found}, without a known fault")
            : Finding.Warn(check, $"{found}: {string.Join("; ", faults.Select(fault => fault.What))}",
                Mend(extension, faults.Max(fault => fault.Mended)!));
    }

    private static string Mend(string extension, Version version) =>
        $"Install {version} or newer on the server, then as a superuser: ALTER EXTENSION {extension} UPDATE; REINDEX INDEX CONCURRENTLY "
            + "for each HNSW index";
}
