using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Sqlite;
using Spectre.Console;

namespace Navigator.Cli;

internal static class BackupCommand
{
    public static Command Create()
    {
        var target = new Argument<FileInfo>("file") { Description = "Path of the copy. The file must not exist." };
        var command = new Command("backup", "Copy all data of embedded Navigator into one file. Navigator may be running.")
        {
            target,
            OwnerSession.Data,
        };
        command.SetAction(OwnerSession.RunOnFile((file, session, parsed) =>
        {
            var copy = parsed.GetValue(target)!.FullName;
            Make(copy);
            try
            {
                SqliteDatabase.BackUp(file, copy);
            }
            catch
            {
                // An incomplete copy must not be mistaken for a backup.
                File.Delete(copy);
                throw;
            }
            session.Print(new { file = copy, bytes = new FileInfo(copy).Length }, (console, made) =>
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.file} was written: {made.bytes / 1_000_000.0:0.0} MB.")));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Creates an empty file that only its owner may read, before any data is written to it.</summary>
    private static void Make(string path)
    {
        if (File.Exists(path))
            throw new CommandException(ExitCode.Usage, $"{path} exists already. Nothing was written.");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            new FileStream(path, options).Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {error.Message}");
        }
    }
}
