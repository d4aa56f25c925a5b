using System.Globalization;
using Microsoft.Data.Sqlite;
using Navigator.Storage.Sqlite;

namespace Navigator.Cli.Checks;

/// <summary>Embedded mode's directory and file. Nothing is written, and Navigator may be running on them.</summary>
/// <param name="configured">Data__Directory.</param>
internal sealed class EmbeddedCheck(string? configured)
{
    private const string Name = "data";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly SqliteLimits Limits = new(GroupSize: 1, Readers: 1, Examination.Patience, VectorCacheBytes: 0);

    public Task<IReadOnlyList<Finding>> Run(CancellationToken token)
    {
        if (configured == DataDirectory.Memory)
            return Task.FromResult<IReadOnlyList<Finding>>([Finding.Ok(Name, "in memory: nothing is kept")]);
        var directory = DataDirectory.Resolve(configured);
        var file = DataDirectory.FileIn(directory);
        List<Finding> findings = File.Exists(file)
            ? [Permissions(directory, file), Lock(directory), Format(file), Integrity(file)]
            : [Finding.Ok(Name, $"{directory}: Navigator makes the file at its first start")];
        findings.Add(DiskCheck.Of($"{Name}.disk", directory));
        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    private static Finding Permissions(string directory, string file) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None
            ? Finding.Fail(Name, $"others than its owner may read or write {file}", $"chmod 600 {file}; chmod 700 {directory}")
            : Finding.Ok(Name, $"{file}, which only its owner can read");

    /// <summary>A shared lock for an instant shows whether another process holds the exclusive one.</summary>
    private static Finding Lock(string directory)
    {
        const string check = $"{Name}.lock";
        var (lockFile, processFile) = (Path.Combine(directory, "navigator.lock"), Path.Combine(directory, "navigator.pid"));
        try
        {
            if (File.Exists(lockFile))
                new FileStream(lockFile, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return Finding.Ok(check, "no Navigator runs on it");
        }
        catch (IOException)
        {
            return Finding.Ok(check, $"Navigator runs on it: process {(File.Exists(processFile) ? File.ReadAllText(processFile) : "unknown")}");
        }
        catch (UnauthorizedAccessException)
        {
            return Finding.Fail(check, $"this user may not open {lockFile}", "Run navigator as the user of Navigator's process.");
        }
    }

    private static Finding Format(string file)
    {
        const string check = $"{Name}.format";
        try
        {
            using var database = SqliteDatabase.OpenBeside(file, TimeProvider.System, Limits);
            return Finding.Ok(check, "this version's");
        }
        catch (Exception error) when (error is SqliteFileException or SqliteException)
        {
            return Finding.Fail(check, Examination.Reason(error),
                "Start this version once on an older file; for a newer file, use the newer program.");
        }
    }

    private static Finding Integrity(string file)
    {
        const string check = $"{Name}.integrity";
        const string mend = "Stop Navigator and restore the last backup: docs/operating.md, The embedded file.";
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            var said = command.ExecuteScalar() as string;
            return said == "ok"
                ? Finding.Ok(check, string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(file).Length / 1e6:0.0} MB, not damaged"))
                : Finding.Fail(check, $"{file} is damaged", mend);
        }
        catch (SqliteException error)
        {
            return Finding.Fail(check, $"{file} cannot be read: {Examination.Reason(error)}", mend);
        }
    }
}
