using System.Globalization;

namespace Navigator.Storage.Sqlite;

/// <summary>Where embedded mode keeps its file: a directory that one process at a time uses, readable by its owner only.</summary>
public sealed class DataDirectory : IDisposable
{
    /// <summary>The setting that means: keep nothing.</summary>
    public const string Memory = ":memory:";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream taken;
    private readonly string processFile;

    private DataDirectory(string path, FileStream taken, string processFile) => (Path, this.taken, this.processFile) = (path, taken, processFile);

    public string Path { get; }

    /// <summary>The database's file in a directory.</summary>
    public static string FileIn(string directory) => System.IO.Path.Combine(directory, "navigator.db");

    /// <summary>The directory of the setting; without one, the platform's place for a program's own data.</summary>
    /// <exception cref="SqliteFileException">Nothing is set, and the user has no home.</exception>
    public static string Resolve(string? configured)
    {
        if (!string.IsNullOrWhiteSpace(configured))
            return System.IO.Path.GetFullPath(configured);
        // ~/.local/share on Linux, ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows.
        var own = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return own.Length > 0
            ? System.IO.Path.Combine(own, "navigator")
            : throw new SqliteFileException("This user has no home directory: say where to keep documents and answers with Data__Directory.");
    }

    /// <summary>Takes a directory for this process, and makes it where it is missing.</summary>
    /// <exception cref="SqliteFileException">It cannot be written, or another process has it.</exception>
    public static DataDirectory Take(string path)
    {
        var (lockFile, processFile) = (System.IO.Path.Combine(path, "navigator.lock"), System.IO.Path.Combine(path, "navigator.pid"));
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            Restrict(FileIn(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, error);
        }
        try
        {
            // The lock ends with the process, however that ends.
            var taken = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(processFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} on {Environment.MachineName}"));
            return new DataDirectory(path, taken, processFile);
        }
        catch (UnauthorizedAccessException error)
        {
            throw CannotBeWritten(path, error);
        }
        catch (IOException error)
        {
            throw File.Exists(lockFile) && File.Exists(processFile)
                ? new SqliteFileException(
                    $"{path} is used by another Navigator (process {File.ReadAllText(processFile)}). Stop that one, or name another directory "
                        + "with Data__Directory.",
                    error)
                : CannotBeWritten(path, error);
        }
    }

    public void Dispose()
    {
        File.Delete(processFile);
        taken.Dispose();
    }

    /// <summary>SQLite gives the files beside it, its log above all, the rights of this one.</summary>
    private static void Restrict(string file)
    {
        if (OperatingSystem.IsWindows())
            return;
        using (new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            File.SetUnixFileMode(file, OwnerOnly);
    }

    private static SqliteFileException CannotBeWritten(string path, Exception error) =>
        new($"{path} cannot be written ({error.Message.TrimEnd('.')}). Name another directory with Data__Directory.", error);
}
