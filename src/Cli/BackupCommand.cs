using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Sqlite;
using Spectre.Console;

namespace Navigator.Cli;

internal static class BackupCommand
{
    public static Command Create()
    {
        var target = new Argument<FileInfo>("file") { Description = "Where the copy goes. There must be no such file." };
        var command = new Command("backup", "Copy everything that embedded Navigator keeps into one file, whether it runs or not.")
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
                // Half a copy is none.
                File.Delete(copy);
                throw;
            }
            session.Print(new { file = copy, bytes = new FileInfo(copy).Length }, (console, made) =>
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.file} was written: {made.bytes / 1_000_000.0:0.0} MB.")));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>An empty file that nobody but its owner may read, before there is anything in it to read.</summary>
    private static void Make(string path)
    {
        if (File.Exists(path))
            throw new CommandException(ExitCode.Usage, $"{path} is there already. Nothing was written.");
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
