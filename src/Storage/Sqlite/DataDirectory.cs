using System.Globalization;

namespace Navigator.Storage.Sqlite;

/// <summary>The directory of the embedded file. One process at a time uses it, and only its owner can read it.</summary>
public sealed class DataDirectory : IDisposable
{
    /// <summary>The value of the setting that keeps all data in memory.</summary>
    public const string Memory = ":memory:";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream taken;
    private readonly string processFile;

    private DataDirectory(string path, FileStream taken, string processFile) => (Path, this.taken, this.processFile) = (path, taken, processFile);

    public string Path { get; }

    /// <summary>The database file of a directory.</summary>
    public static string FileIn(string directory) => System.IO.Path.Combine(directory, "navigator.db");

    /// <summary>Returns the directory of the setting, or the platform's directory for application data.</summary>
    /// <exception cref="SqliteFileException">No directory is set, and the user has no home directory.</exception>
    public static string Resolve(string? configured)
    {
        if (!string.IsNullOrWhiteSpace(configured))
            return System.IO.Path.GetFullPath(configured);
        // ~/.local/share on Linux, ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows.
        var own = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return own.Length > 0
            ? System.IO.Path.Combine(own, "navigator")
            : throw new SqliteFileException("This user has no home directory. Set Data__Directory to the directory for documents and answers.");
    }

    /// <summary>Locks a directory for this process. Creates it if it does not exist.</summary>
    /// <exception cref="SqliteFileException">The directory cannot be written, or another process uses it.</exception>
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
            // The operating system releases the lock when the process ends, also after a crash.
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

    /// <summary>SQLite gives the log and its other files the permissions of this file.</summary>
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
