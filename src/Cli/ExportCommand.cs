using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Moving;
using Spectre.Console;

namespace Navigator.Cli;

internal static class ExportCommand
{
    public static Command Create()
    {
        var target = new Argument<DirectoryInfo>("directory") { Description = "Directory of the export. It must be new or empty." };
        var command = new Command(
            "export", "Export all data of embedded Navigator into a directory for navigator import. Navigator may be running.")
        {
            target,
            OwnerSession.Data,
        };
        command.SetAction(OwnerSession.RunOnEmbedded(async (database, session, parsed, token) =>
        {
            var directory = parsed.GetValue(target)!;
            Make(directory.FullName);
            ExportManifest manifest;
            try
            {
                manifest = await MovingBars.Show(session, progress => SqliteExport.Write(database, directory.FullName, progress, token));
            }
            catch
            {
                // An incomplete export cannot be imported and would block the next export into the directory.
                Empty(directory);
                throw;
            }
            session.Print(manifest, (console, made) =>
            {
                foreach (var (file, content) in made.Files)
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {content.Rows} rows"));
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"originals: {made.Originals} files"));
                console.WriteLine(
                    $"{directory.FullName} was written. It contains questions, answers and webhook secrets. Delete it after the import.");
            });
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Creates the directory so that only its owner may read it, before any data is written to it.</summary>
    private static void Make(string path)
    {
        try
        {
            if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
                throw new CommandException(ExitCode.Usage, $"{path} exists already and is not empty. Nothing was written.");
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {error.Message}");
        }
    }

    private static void Empty(DirectoryInfo directory)
    {
        foreach (var file in directory.EnumerateFiles())
            file.Delete();
        foreach (var folder in directory.EnumerateDirectories())
            folder.Delete(recursive: true);
    }
}
