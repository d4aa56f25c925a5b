using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Moving;
using Spectre.Console;

namespace Navigator.Cli;

internal static class ExportCommand
{
    public static Command Create()
    {
        var target = new Argument<DirectoryInfo>("directory") { Description = "Where it goes: a directory that is new, or empty." };
        var command = new Command(
            "export", "Write everything that embedded Navigator keeps into a directory, whether it runs or not, for navigator import.")
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
                // Half an export is none, and would be in the way of the next.
                Empty(directory);
                throw;
            }
            session.Print(manifest, (console, made) =>
            {
                foreach (var (file, content) in made.Files)
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {content.Rows} rows"));
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"originals: {made.Originals} files"));
                console.WriteLine(
                    $"{directory.FullName} was written. It holds what people asked and what webhooks are signed with: delete it after the import.");
            });
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>The directory, which nobody but its owner may look into, before there is anything in it.</summary>
    private static void Make(string path)
    {
        try
        {
            if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
                throw new CommandException(ExitCode.Usage, $"{path} is there already, and not empty. Nothing was written.");
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
